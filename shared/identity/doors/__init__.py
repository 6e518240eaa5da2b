"""The doors of identity: log-in and own account as pages, the administrator's accounts as JSON. Mounted in every process."""
