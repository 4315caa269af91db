"""Broken: a desk that cannot be built."""

SECRET = "SECRET-INSIDE <script>window.ran = 1</script>"
raise RuntimeError(SECRET)
