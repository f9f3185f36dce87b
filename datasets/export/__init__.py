"""A rendered set written in the layouts of other tools."""
