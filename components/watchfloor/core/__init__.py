"""What do words mean? Clock, fields and units, scales, errors, registry, folders, provenance."""
