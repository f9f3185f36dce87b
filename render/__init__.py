"""From a face's numbers to labelled pictures.

Called, `facegen.render(...)` is `facegen.api.rendering.render`: it renders a set of faces.
"""

from facegen.callable_package import make_callable

make_callable(__name__, "facegen.api.rendering:render")
