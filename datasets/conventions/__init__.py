"""Label conventions: native labels, public conventions and the rules between them."""
