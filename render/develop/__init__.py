"""From the rendered radiance to the developed picture."""
