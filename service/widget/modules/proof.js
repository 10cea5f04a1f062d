// A proof of work, asked for while stolen cards are being tried out: SHA-256 of `<token>:<proof>` shall begin with BITS zero bits.
// By hand, because `crypto.subtle` answers one promise per try, and workers are what strict pages forbid.
const BITS = 18;
const SLICE_MILLISECONDS = 8;
const PRIMES = Array.from({ length: 312 }, (_, number) => number).filter((number) => number > 1
  && !Array.from({ length: number }, (_, divisor) => divisor).some((divisor) => divisor > 1 && divisor * divisor <= number && number % divisor === 0));
const fraction = (prime, power) => (prime ** power % 1) * 2 ** 32 | 0;
const ROUNDS = Int32Array.from(PRIMES, (prime) => fraction(prime, 1 / 3));
const START = Int32Array.from(PRIMES.slice(0, 8), (prime) => fraction(prime, 1 / 2));
const turn = (word, by) => word >>> by | word << 32 - by;

// One block of FIPS 180-4, section 6.2.2: the state after `words` (16, big-endian; 48 more are room).
const compress = (state, words) => {
  let [a, b, c, d, e, f, g, h] = state;
  for (let at = 0; at < 64; at += 1) {
    if (at > 15) {
      const early = words[at - 15];
      const late = words[at - 2];
      words[at] = words[at - 16] + words[at - 7] + (turn(early, 7) ^ turn(early, 18) ^ early >>> 3) + (turn(late, 17) ^ turn(late, 19) ^ late >>> 10);
    }
    const one = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + (e & f ^ ~e & g) + ROUNDS[at] + words[at] | 0;
    const two = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + (a & b ^ a & c ^ b & c);
    [h, g, f, e, d, c, b, a] = [g, f, e, d + one | 0, c, b, a, one + two | 0];
  }
  return [a, b, c, d, e, f, g, h].map((word, at) => word + state[at] | 0);
};

// All of `bytes` but the last block; then the words of that block, padded.
const begin = (bytes) => {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 4, bytes.length * 8);
  const words = Array.from({ length: padded.length / 4 }, (_, at) => view.getInt32(at * 4));
  let state = START;
  for (let at = 0; at + 16 < words.length; at += 16) state = compress(state, Int32Array.from({ length: 64 }, (_, word) => words[at + word]));
  return { state, block: words.slice(-16) };
};

const digits = (number) => String(number).padStart(16, '0');

// The shortest work: the numbers of all tries lie in one block, so each costs one block.
export const prove = async (token, breath = () => new Promise((go) => setTimeout(go))) => {
  const before = `${token}:`.padEnd(Math.ceil((token.length + 1) / 64) * 64, '0');
  const filler = before.slice(token.length + 1);
  const { state, block } = begin(new TextEncoder().encode(before + digits(0)));
  const words = new Int32Array(64);
  for (let number = 0; ; ) {
    const until = performance.now() + SLICE_MILLISECONDS;
    while (performance.now() < until) {
      for (const last = number + 100; number < last; number += 1) {
        words.set(block);
        const text = digits(number);
        for (let at = 0; at < 16; at += 1) words[at >> 2] = words[at >> 2] << 8 | text.charCodeAt(at);
        if (compress(state, words)[0] >>> 32 - BITS === 0) return filler + text;
      }
    }
    await breath();
  }
};
