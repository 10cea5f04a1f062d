// A proof of work, asked for while stolen cards are being tested: SHA-256 of `<token>:<proof>` begins with BITS zero
// bits. Written by hand, because `crypto.subtle` takes a promise per try, and strict pages forbid workers.
const BITS = 18;
const SLICE_MILLISECONDS = 8;
const hasDivisor = (number) => {
  for (let divisor = 2; divisor * divisor <= number; divisor += 1) if (number % divisor === 0) return true;
  return false;
};
const PRIMES = Array.from({ length: 312 }, (_, number) => number).filter((number) => number > 1 && !hasDivisor(number));
const fraction = (prime, power) => (prime ** power % 1) * 2 ** 32 | 0;
const ROUNDS = Int32Array.from(PRIMES, (prime) => fraction(prime, 1 / 3));
const START = Int32Array.from(PRIMES.slice(0, 8), (prime) => fraction(prime, 1 / 2));
const rotate = (word, bits) => word >>> bits | word << 32 - bits;

// One block of FIPS 180-4, section 6.2.2, with its letters: the state after `words`, which are 16 big-endian words
// and room for 48 more.
const compress = (state, words) => {
  let [a, b, c, d, e, f, g, h] = state;
  for (let at = 0; at < 64; at += 1) {
    if (at > 15) {
      const early = words[at - 15];
      const late = words[at - 2];
      const sigma0 = rotate(early, 7) ^ rotate(early, 18) ^ early >>> 3;
      const sigma1 = rotate(late, 17) ^ rotate(late, 19) ^ late >>> 10;
      words[at] = words[at - 16] + words[at - 7] + sigma0 + sigma1;
    }
    const sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const temporary1 = h + sum1 + (e & f ^ ~e & g) + ROUNDS[at] + words[at] | 0;
    const temporary2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + (a & b ^ a & c ^ b & c);
    [h, g, f, e, d, c, b, a] = [g, f, e, d + temporary1 | 0, c, b, a, temporary1 + temporary2 | 0];
  }
  return [a, b, c, d, e, f, g, h].map((word, at) => word + state[at] | 0);
};

// The state after every block of `bytes` but the last, and the words of that last block, padded.
const hashAllButLast = (bytes) => {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 4, bytes.length * 8);
  const words = Array.from({ length: padded.length / 4 }, (_, at) => view.getInt32(at * 4));
  let state = START;
  for (let at = 0; at + 16 < words.length; at += 16) {
    state = compress(state, Int32Array.from({ length: 64 }, (_, word) => words[at + word]));
  }
  return { state, block: words.slice(-16) };
};

const digits = (number) => String(number).padStart(16, '0');

const pause = () => new Promise((resolve) => setTimeout(resolve));

// The numbers of all tries are in the last block, so that each try costs one block.
export const prove = async (token) => {
  const before = `${token}:`.padEnd(Math.ceil((token.length + 1) / 64) * 64, '0');
  const filler = before.slice(token.length + 1);
  const { state, block } = hashAllButLast(new TextEncoder().encode(before + digits(0)));
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
    await pause();
  }
};
