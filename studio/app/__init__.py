"""The application without a front end: core, single instance, maintenance."""
