// Integers times a ratio, rounded: the arithmetic of codes (litho.formats.arith.requantize), in
// integers of 64 bits. integers.h does what float64 holds.
//
// Sums and products are those of words modulo 2^64; where a product may leave the word, the caller
// finds out by the least and the greatest code, and drops what was written.
#include <stddef.h>

#include <vector>

#include "kernels.h"

enum { kHalfEven, kFloor, kTowardZero, kHalfUp };  // the order of litho.formats.arith.ROUNDINGS

// What is added before the shift to the right makes its floor the rounding that is asked for.
struct Ratio {
  uint64_t multiplier;
  int32_t left, right;
  int64_t always;    // added to every product: a half, or just below it
  int64_t when_odd;  // added where the quotient's last bit is one, so that a tie goes to even
  int64_t below;     // added to negative products
};

static Ratio ratio_of(int32_t rounding, int64_t multiplier, int64_t shift) {
  const int64_t most = 62;
  Ratio found = {(uint64_t)multiplier, 0, 0, 0, 0, 0};
  found.left = (int32_t)(shift < -most ? most : shift < 0 ? -shift : 0);
  found.right = (int32_t)(shift > most ? most : shift > 0 ? shift : 0);
  const int64_t whole = (int64_t)1 << found.right, half = whole >> 1;
  if (rounding == kTowardZero) found.below = whole - 1;
  if (rounding == kHalfUp) found.always = half;
  if (rounding == kHalfEven && found.right > 0) found.always = half - 1, found.when_odd = 1;
  return found;
}

static inline int64_t rounded(int64_t code, const Ratio& r, int64_t low, int64_t high) {
  const int64_t product = (int64_t)((uint64_t)code * r.multiplier << r.left);
  const int64_t added =
      r.always + ((product >> r.right) & r.when_odd) + ((product >> 63) & r.below);
  const int64_t found = (int64_t)((uint64_t)product + (uint64_t)added) >> r.right;
  return found < low ? low : found > high ? high : found;
}

void litho_round_words(int32_t rounding, const int64_t* codes, int64_t* found,
                       const int64_t* multipliers, const int64_t* shifts, int64_t low,
                       int64_t high, int64_t* ends, LithoExtent extent) {
  std::vector<Ratio> ratios;
  for (int64_t c = 0; c < extent.channels; c++) {
    ratios.push_back(ratio_of(rounding, multipliers[c], shifts[c]));
  }
  int64_t least = INT64_MAX, greatest = INT64_MIN;
  for (int64_t o = 0; o < extent.outer; o++) {
    for (int64_t c = 0; c < extent.channels; c++) {
      const Ratio ratio = ratios[(size_t)c];
      for (int64_t at = 0; at < extent.inner; at++) {
        const int64_t code = codes[at];
        least = code < least ? code : least;
        greatest = code > greatest ? code : greatest;
        found[at] = rounded(code, ratio, low, high);
      }
      codes += extent.inner, found += extent.inner;
    }
  }
  ends[0] = least, ends[1] = greatest;
}
