"""Shows that the tests can fail: template, function and stage are broken one way at a time."""
