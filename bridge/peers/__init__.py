"""Other processes that speak the same frames, and the programs that manifests name as such."""
