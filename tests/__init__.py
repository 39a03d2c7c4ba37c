"""The suite. `make test` runs all of it; CONTRIBUTING.md says where a new test belongs."""
