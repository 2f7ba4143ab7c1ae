"""One module a service; each maps its types (`TYPES`) to calls of the service's API."""
