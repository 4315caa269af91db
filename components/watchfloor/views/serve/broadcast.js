// Listens to what the server sends to all pages alike. No imports: joined into the bundles of those who listen.
//
// listen(url, topic, onBytes, onLink) -> stop()
//   url      as watchfloor.views.serve.listening.address() gave it; its part after # is the page's token
//   onBytes  takes a Uint8Array, the topic's whole state; its bytes begin at a multiple of 8 of their buffer
//   onLink   takes true when the line is open and false when it is lost; optional
// All who listen on a page share one line. It comes back by itself, with growing, uneven waits.
const listen = (() => {
  const QUIET = 15000, LONGEST = 30000, LASTING = 10000
  const lines = globalThis[Symbol.for('watchfloor.broadcast')] ||= new Map()
  const text = new TextDecoder()

  function parse(buffer) {
    const length = new DataView(buffer).getUint16(0, true)
    const start = (2 + length + 7) & ~7
    return [text.decode(new Uint8Array(buffer, 2, length)), new Uint8Array(buffer, start)]
  }

  function call(take, value) {
    try { take(value) } catch (error) { console.error('a listener failed', error) }
  }

  function dial(url) {
    const cut = url.indexOf('#')
    const place = new URL(cut < 0 ? url : url.slice(0, cut), location.href)
    place.protocol = place.protocol === 'https:' || place.protocol === 'wss:' ? 'wss:' : 'ws:'
    place.hash = ''
    const token = cut < 0 ? '' : url.slice(cut + 1)
    const line = {ears: new Map(), last: new Map(), links: new Set(), alive: false, ended: false}
    let socket = null, tries = 0, heard = 0, opened = 0, timer = 0

    const linked = (alive) => {
      if (line.alive === alive) return
      line.alive = alive
      for (const take of [...line.links]) call(take, alive)
    }
    const drop = () => {
      if (!socket) return
      const old = socket
      socket = old.onopen = old.onmessage = old.onclose = old.onerror = null
      try { old.close() } catch { /* it is gone */ }
    }
    const again = () => {
      drop()
      linked(false)
      if (line.ended) return
      clearTimeout(timer)
      const wait = Math.min(LONGEST, 500 * 2 ** Math.min(tries, 10))
      tries += 1
      timer = setTimeout(connect, wait * (0.5 + Math.random()))
    }
    const connect = () => {
      clearTimeout(timer)
      drop()
      if (line.ended) return
      heard = performance.now()
      try { socket = new WebSocket(place.href, token ? ['watchfloor', token] : ['watchfloor']) } catch { again(); return }
      socket.binaryType = 'arraybuffer'
      socket.onopen = () => { opened = performance.now(); for (const topic of line.ears.keys()) socket.send('+' + topic) }
      socket.onclose = again
      socket.onmessage = (event) => {
        if (!(event.data instanceof ArrayBuffer) || event.data.byteLength < 2) return
        heard = performance.now()
        if (heard - opened > LASTING) tries = 0
        linked(true)
        const [topic, bytes] = parse(event.data)
        const ears = line.ears.get(topic)
        if (!ears) return
        line.last.set(topic, bytes)
        for (const take of [...ears]) call(take, bytes)
      }
    }
    // A line that was cut without a word stays "open" for minutes: what counts is what is heard.
    const watch = setInterval(() => { if (socket && performance.now() - heard > QUIET) again() }, 1000)
    const online = () => { if (!line.alive) { tries = 0; connect() } }
    globalThis.addEventListener('online', online)

    line.add = (topic, take) => {
      const ears = line.ears.get(topic)
      if (ears) {
        ears.add(take)
        if (line.last.has(topic)) call(take, line.last.get(topic))
        return
      }
      line.ears.set(topic, new Set([take]))
      if (socket && socket.readyState === 1) socket.send('+' + topic)
    }
    line.remove = (topic, take) => {
      const ears = line.ears.get(topic)
      if (!ears || !ears.delete(take) || ears.size) return
      line.ears.delete(topic)
      line.last.delete(topic)
      if (socket && socket.readyState === 1) socket.send('-' + topic)
      if (line.ears.size) return
      line.ended = true
      clearTimeout(timer)
      clearInterval(watch)
      globalThis.removeEventListener('online', online)
      drop()
      lines.delete(url)
    }
    connect()
    return line
  }

  return (url, topic, onBytes, onLink) => {
    if (!lines.has(url)) lines.set(url, dial(url))
    const line = lines.get(url)
    const take = (bytes) => onBytes(bytes)
    line.add(topic, take)
    if (onLink) { line.links.add(onLink); call(onLink, line.alive) }
    let over = false
    return () => {
      if (over) return
      over = true
      if (onLink) line.links.delete(onLink)
      line.remove(topic, take)
    }
  }
})()
