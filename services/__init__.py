"""The four services of Shouli: intake, workflow, notify and forms. None imports another; see docs/architecture.md."""
