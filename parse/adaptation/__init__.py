"""Label adapters: from one convention's way of drawing borders to another's."""
