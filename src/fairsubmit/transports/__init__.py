"""Upload protocols: one module each, all behind `fairsubmit.transports.base`."""
