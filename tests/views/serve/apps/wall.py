"""Wall: hears what all pages hear alike."""

from pathlib import Path

import panel as pn
import param
from panel.custom import JSComponent

from watchfloor.security.roles import Capability
from watchfloor.views.page import page
from watchfloor.views.serve import broadcast
from watchfloor.views.serve.broadcast import Broadcast
from watchfloor.views.serve.current import current_floor
from watchfloor.views.serve.listening import address

SCRIPT = Path(broadcast.__file__).with_suffix(".js").read_text(encoding="utf-8")


class Wall(JSComponent):
    """Shows each payload it hears, and whether the line is open."""

    url = param.String("")
    _esm = (
        SCRIPT
        + """
export function render({model, el}) {
  const said = document.createElement('p'), link = document.createElement('p'), alike = document.createElement('p')
  said.className = 'said'; link.className = 'link'; alike.className = 'alike'
  el.append(said, link, alike)
  const text = (bytes) => new TextDecoder().decode(bytes)
  const stops = [
    listen(model.url, 'count', (bytes) => { said.textContent = text(bytes) + ' ' + (bytes.byteOffset % 8) }, (alive) => { link.textContent = alive ? 'open' : 'lost' }),
    listen(model.url, 'count', (bytes) => { alike.textContent = text(bytes) }),
  ]
  model.on('remove', () => stops.forEach(stop => stop()))
}"""
    )


floor = current_floor()
channel = Broadcast.of(floor)
channel.topic("count", lambda: f"<b>at {floor.store.cursor()}</b>".encode(), live=True)
channel.topic("big", lambda: bytes(4_000_000) + b"%d" % floor.store.cursor(), live=True)
channel.topic("secret", lambda: b"SECRETDATA42", needs=Capability.DECIDE)
page("Wall", floor=floor, main=pn.Column(Wall(url=address()))).servable()
