"""Label maps: from sub-pixel codes to classes, and checks against ray casting."""
