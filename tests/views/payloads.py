"""Text that would run as a script wherever text becomes markup. ``RAN`` is what the page holds afterwards."""

RAN = "window.__ran"
_RUN = "window.__ran=1"

PAYLOADS = [
    f"<script>{_RUN}</script>",
    f"<img src=x onerror={_RUN}>",
    f'<img src="x" onerror="{_RUN}">',
    f"<svg onload={_RUN}>",
    f"<svg><script>{_RUN}</script></svg>",
    f"<svg><animate onbegin={_RUN} attributeName=x dur=1s>",
    f"<details open ontoggle={_RUN}>x</details>",
    f"<input autofocus onfocus={_RUN}>",
    f"<select autofocus onfocus={_RUN}></select>",
    f"<video><source onerror={_RUN}></video>",
    f"<audio src=x onerror={_RUN}></audio>",
    f"<iframe srcdoc='<script>parent.{_RUN.removeprefix('window.')}</script>'></iframe>",
    f'<iframe src="javascript:parent.{_RUN.removeprefix("window.")}"></iframe>',
    f'<object data="javascript:{_RUN}"></object>',
    f'<embed src="javascript:{_RUN}">',
    f'<a href="javascript:{_RUN}">flood warning</a>',
    f"[flood warning](javascript:{_RUN})",
    f'<body onload={_RUN}>"><body onload={_RUN}>',
    f'"><img src=x onerror={_RUN}>',
    f"'><img src=x onerror={_RUN}>",
    f"</title><script>{_RUN}</script>",
    f"</script><script>{_RUN}</script>",
    f"--><script>{_RUN}</script>",
    f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror={_RUN}&gt;'>",
    f"{{{{constructor.constructor('{_RUN}')()}}}}${{{_RUN}}}<%= {_RUN} %>",
    f"&lt;img src=x onerror={_RUN}&gt;",
    f"<form><button formaction=javascript:{_RUN} autofocus>x</button></form>",
    f"\u202e<img src=x onerror={_RUN}>\u2066",
]
