"""How well the measures measure: held against what rendered faces are known to be."""
