"""Networks, one file each. A module here adds its network to `network_registry.NETWORKS`."""
