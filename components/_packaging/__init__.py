"""Archives of functions and of the company layer: equal sources give equal bytes on every machine.

An archive is built from what the code says it imports, written under `build/` with its content hash in its
name, and used again while nothing changed. Nothing is downloaded or compiled here. Deliberately left out:
container images, native libraries (the layer is pure Python) and imports by computed name, which a static
reading cannot see.
"""

from components._packaging.archive import PackagingError, content_hash
from components._packaging.build import function_archive, layer_archive

__all__ = ["PackagingError", "content_hash", "function_archive", "layer_archive"]
