"""Oracles, one file each. A module here adds its entries to `oracle_registry.ORACLES`."""
