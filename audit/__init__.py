"""How a set of faces differs from real faces.

Called, `facegen.audit(...)` is `facegen.api.auditing.audit`: it compares a set with real faces or a profile.
"""

from facegen.callable_package import make_callable

make_callable(__name__, "facegen.api.auditing:audit")
