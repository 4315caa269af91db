// Reads what views/monitor/wire.py writes: a header and plain arrays, little-endian.

const FULL = 0x31464657;
const DELTA = 0x31444657;

/** Read one message; null where it is none. Arrays that later messages change are copied, sparklines are not. */
function readWall(bytes) {
  if (!bytes || bytes.byteLength < 64) return null;
  if (bytes.byteOffset % 8) bytes = bytes.slice();
  const {buffer, byteOffset, byteLength} = bytes;
  const head = new DataView(buffer, byteOffset, 64);
  const magic = head.getUint32(0, true);
  const count = head.getUint32(4, true);
  const width = head.getUint32(8, true);
  const partial = magic === DELTA;
  const expected = 64 + 20 * count + 8 * count * width + (partial ? 4 * count : 0) + 4 * count + count * width;
  if ((magic !== FULL && !partial) || byteLength !== expected) return null;
  let place = byteOffset + 64;
  const take = (Kind, many) => {
    const found = new Kind(buffer, place, many);
    place += found.byteLength;
    return found;
  };
  const told = {
    partial, count, width,
    number: head.getUint32(12, true),
    version: head.getUint32(16, true),
    at: head.getFloat64(24, true),
    edge: head.getFloat64(32, true),
    step: head.getFloat64(40, true),
    time: take(Float64Array, count).slice(),
    value: take(Float32Array, count).slice(),
    rate: take(Float32Array, count).slice(),
    eta: take(Float32Array, count).slice(),
    spark: take(Float32Array, count * width * 2),
  };
  if (partial) told.rows = take(Uint32Array, count);
  for (const name of ["flag", "level", "state", "next"]) told[name] = take(Uint8Array, count).slice();
  told.odd = take(Uint8Array, count * width);
  if (!partial) told.tails = new Map(); // row -> its newest columns, from the last of the full message on
  return told;
}

/** Take a small message into the full one that it names; returns the rows that changed, or null. */
function takeDelta(board, delta) {
  if (!board || board.number !== delta.number || board.version !== delta.version) return null;
  board.at = Math.max(board.at, delta.at);
  const {width} = delta;
  for (let place = 0; place < delta.count; place += 1) {
    const row = delta.rows[place];
    if (row >= board.count) continue;
    for (const name of ["time", "value", "rate", "eta", "flag", "level", "state", "next"]) board[name][row] = delta[name][place];
    board.tails.set(row, {
      width, spark: delta.spark.subarray(place * width * 2, (place + 1) * width * 2),
      odd: delta.odd.subarray(place * width, (place + 1) * width),
    });
  }
  return delta.rows;
}

/** Call `draw(time, low, high, odd)` for each column of a station that holds a value, oldest first; time is its middle. */
function eachColumn(board, row, draw) {
  const {width, step, edge, spark, odd, tails} = board;
  const tail = tails.get(row);
  const begin = edge - width * step + step / 2;
  const last = tail ? width - 1 : width; // the tail has the last column anew
  for (let column = 0, at = row * width; column < last; column += 1, at += 1) {
    const low = spark[2 * at];
    if (low === low || odd[at]) draw(begin + column * step, low, spark[2 * at + 1], odd[at]);
  }
  if (!tail) return;
  for (let column = 0; column < tail.width; column += 1) {
    const low = tail.spark[2 * column];
    if (low === low || tail.odd[column]) draw(begin + (width - 1 + column) * step, low, tail.spark[2 * column + 1], tail.odd[column]);
  }
}
