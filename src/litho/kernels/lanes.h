// Eight float32 lanes (sixteen with AVX-512), half as many float64, and what is done to them.
//
// Included by loops.h. Every operation is exactly IEEE 754 in round-to-nearest-even: no
// contraction, no reassociation.

#include <stdint.h>
#include <string.h>

#ifdef LITHO_AVX512
#define LITHO_BYTES 64
#else
#define LITHO_BYTES 32
#endif
typedef float Floats __attribute__((vector_size(LITHO_BYTES)));
typedef int32_t Ints __attribute__((vector_size(LITHO_BYTES)));

static const int kLanes = LITHO_BYTES / 4;
static const int32_t kMagnitude = 0x7fffffff;
static const int32_t kInfinity = 0x7f800000;
static const float kMagic = 12582912.0f;  // 1.5 * 2^23: adding it rounds |t| <= 2^22 to integers

static inline Floats load(const float* from) {
  Floats found;
  memcpy(&found, from, sizeof found);
  return found;
}
static inline void store(float* to, Floats lanes) { memcpy(to, &lanes, sizeof lanes); }
static inline Floats floats(Ints lanes) { return (Floats)lanes; }
static inline Ints ints(Floats lanes) { return (Ints)lanes; }
static inline Floats all(float value) { return Floats{} + value; }
static inline Ints alli(int32_t value) { return Ints{} + value; }

#ifdef LITHO_AVX512
static inline Floats least_of(Floats a, Floats b) { return _mm512_min_ps(a, b); }
static inline Floats most_of(Floats a, Floats b) { return _mm512_max_ps(a, b); }
static inline Ints most_of(Ints a, Ints b) {
  return (Ints)_mm512_max_epi32((__m512i)a, (__m512i)b);
}
static inline Floats choose_greater(Floats a, Floats b, Floats yes, Floats no) {
  return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_GT_OQ), no, yes);
}
// `yes` where a lies above b or is NaN.
static inline Floats choose_past(Floats a, Floats b, Floats yes, Floats no) {
  return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_NLE_UQ), no, yes);
}
static inline Ints keep_where_greater(Ints kept, Floats a, Floats b) {
  return (Ints)_mm512_maskz_mov_epi32(_mm512_cmp_ps_mask(a, b, _CMP_GT_OQ), (__m512i)kept);
}
static inline Floats with_sign(Floats magnitude, Floats x) {
  return (Floats)_mm512_ternarylogic_epi32((__m512i)magnitude, (__m512i)x,
                                           _mm512_set1_epi32(~kMagnitude), 0xf8);
}
static inline Floats rest_of(Floats a, Floats b, Floats c) { return _mm512_fnmadd_ps(b, c, a); }
static inline Floats sum_of(Floats a, Floats b, Floats c) { return _mm512_fmadd_ps(a, b, c); }
static inline Floats magnitude_up_to(Floats x, Floats high) {
  return _mm512_range_ps(x, high, 0xa);  // the lesser magnitude, without its sign
}
static inline Floats seen(Floats so_far, Floats x) {
  return _mm512_fmadd_ps(x, _mm512_setzero_ps(), so_far);
}
static inline Floats load_some(const float* from, int64_t count) {
  return _mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), from);
}
static inline void store_some(float* to, Floats lanes, int64_t count) {
  _mm512_mask_storeu_ps(to, (__mmask16)((1u << count) - 1), lanes);
}
static inline int32_t greatest_lane(Ints lanes) { return _mm512_reduce_max_epi32((__m512i)lanes); }
#else
#ifdef LITHO_AVX2
static inline Floats least_of(Floats a, Floats b) { return _mm256_min_ps(a, b); }
static inline Floats most_of(Floats a, Floats b) { return _mm256_max_ps(a, b); }
static inline Ints most_of(Ints a, Ints b) {
  return (Ints)_mm256_max_epi32((__m256i)a, (__m256i)b);
}
static inline Floats choose_greater(Floats a, Floats b, Floats yes, Floats no) {
  return _mm256_blendv_ps(no, yes, _mm256_cmp_ps(a, b, _CMP_GT_OQ));
}
static inline Floats choose_past(Floats a, Floats b, Floats yes, Floats no) {
  return _mm256_blendv_ps(no, yes, _mm256_cmp_ps(a, b, _CMP_NLE_UQ));
}
// a - b * c with one rounding.
static inline Floats rest_of(Floats a, Floats b, Floats c) { return _mm256_fnmadd_ps(b, c, a); }
// a * b + c, rounded at least once at the end.
static inline Floats sum_of(Floats a, Floats b, Floats c) { return _mm256_fmadd_ps(a, b, c); }
// Zeros, until an x that is not finite turns its lane into NaN.
static inline Floats seen(Floats so_far, Floats x) {
  return _mm256_fmadd_ps(x, _mm256_setzero_ps(), so_far);
}
// Up to seven floats; the other lanes are zero, or stay as they are.
static inline Ints first_lanes(int64_t count) {
  const Ints numbers = {0, 1, 2, 3, 4, 5, 6, 7};
  return alli((int32_t)count) > numbers;
}
static inline Floats load_some(const float* from, int64_t count) {
  return _mm256_maskload_ps(from, (__m256i)first_lanes(count));
}
static inline void store_some(float* to, Floats lanes, int64_t count) {
  _mm256_maskstore_ps(to, (__m256i)first_lanes(count), lanes);
}
#else
static inline Floats choose(Ints flag, Floats yes, Floats no) {
  return floats((ints(yes) & flag) | (ints(no) & ~flag));
}
static inline Floats choose_greater(Floats a, Floats b, Floats yes, Floats no) {
  return choose(a > b, yes, no);
}
static inline Floats choose_past(Floats a, Floats b, Floats yes, Floats no) {
  return choose(a <= b, no, yes);
}
static inline Floats least_of(Floats a, Floats b) { return choose(a < b, a, b); }
static inline Floats most_of(Floats a, Floats b) { return choose(a > b, a, b); }
static inline Ints most_of(Ints a, Ints b) {
  Ints flag = a > b;
  return (a & flag) | (b & ~flag);
}
// a - b * c with one rounding: the product of two float32 is exact in float64, and so is the
// difference wherever the callers ask for it (they stand within a factor of two, or b is zero).
static inline Floats rest_of(Floats a, Floats b, Floats c) {
  Floats found;
  for (int lane = 0; lane < kLanes; lane++) {
    found[lane] = (float)((double)a[lane] - (double)b[lane] * (double)c[lane]);
  }
  return found;
}
static inline Floats sum_of(Floats a, Floats b, Floats c) { return a * b + c; }
static inline Floats seen(Floats so_far, Floats x) { return so_far + x * 0.0f; }
static inline Floats load_some(const float* from, int64_t count) {
  Floats lanes = {};
  memcpy(&lanes, from, (size_t)count * sizeof(float));
  return lanes;
}
static inline void store_some(float* to, Floats lanes, int64_t count) {
  memcpy(to, &lanes, (size_t)count * sizeof(float));
}
#endif

// The greatest of non-negative lanes.
static inline int32_t greatest_lane(Ints lanes) {
#ifdef LITHO_AVX2
  __m128i four = _mm_max_epi32(_mm256_castsi256_si128((__m256i)lanes),
                               _mm256_extracti128_si256((__m256i)lanes, 1));
  four = _mm_max_epi32(four, _mm_shuffle_epi32(four, 0x4e));
  four = _mm_max_epi32(four, _mm_shuffle_epi32(four, 0xb1));
  return _mm_cvtsi128_si32(four);
#else
  int32_t greatest = 0;
  for (int lane = 0; lane < kLanes; lane++) {
    greatest = lanes[lane] > greatest ? lanes[lane] : greatest;
  }
  return greatest;
#endif
}
static inline Floats magnitude_up_to(Floats x, Floats high) {
  return least_of(floats(ints(x) & kMagnitude), high);
}
static inline Ints keep_where_greater(Ints kept, Floats a, Floats b) { return kept & (a > b); }
static inline Floats with_sign(Floats magnitude, Floats x) {
  return floats(ints(magnitude) | (ints(x) & ~kMagnitude));
}
#endif

// x / s, rounded once after an error of less than 2^-47 of it, for 1 / s = up + fine.
static inline Floats quotient_of(Floats x, Floats up, Floats fine) {
#if defined(LITHO_AVX512) || defined(LITHO_AVX2)
  return sum_of(x, up, x * fine);
#else
  Floats found;
  for (int lane = 0; lane < kLanes; lane++) {
    found[lane] = (float)((double)x[lane] * ((double)up[lane] + (double)fine[lane]));
  }
  return found;
#endif
}

// Whether a lane is neither zero nor of `lowest` to `lowest` + `span`.
static inline bool is_any_outside(Ints lanes, Ints lowest, Ints span) {
#ifdef LITHO_AVX512
  __mmask16 is_zero = _mm512_testn_epi32_mask((__m512i)lanes, (__m512i)lanes);
  __mmask16 is_inside = _mm512_cmple_epu32_mask((__m512i)(lanes - lowest), (__m512i)span);
  return !_kortestc_mask16_u8(is_zero, is_inside);
#else
  typedef uint32_t Words __attribute__((vector_size(LITHO_BYTES)));
  Ints flags = ((Words)(lanes - lowest) > (Words)span) & (lanes != 0);
#ifdef LITHO_AVX2
  return !_mm256_testz_si256((__m256i)flags, (__m256i)flags);
#else
  return greatest_lane(flags & 1);
#endif
#endif
}

// Whether a lane of a lies above that of b or is NaN.
static inline bool is_any_past(Floats a, Floats b) {
#if defined(LITHO_AVX512)
  return _mm512_cmp_ps_mask(a, b, _CMP_NLE_UQ);
#elif defined(LITHO_AVX2)
  return _mm256_movemask_ps(_mm256_cmp_ps(a, b, _CMP_NLE_UQ));
#else
  return greatest_lane(~(a <= b) & 1);
#endif
}

static inline int32_t is_not_finite(Floats seen_lanes) {
  int32_t found = 0;
  for (int lane = 0; lane < kLanes; lane++) found |= seen_lanes[lane] != 0.0f;
  return found;
}

typedef double Doubles __attribute__((vector_size(LITHO_BYTES)));

// The lower and the upper half of the lanes.
#if defined(LITHO_AVX512)
static inline Doubles lower(Floats x) {
  return (Doubles)_mm512_cvtps_pd(_mm512_castps512_ps256((__m512)x));
}
static inline Doubles upper(Floats x) {
  return (Doubles)_mm512_cvtps_pd(_mm512_extractf32x8_ps((__m512)x, 1));
}
#elif defined(LITHO_AVX2)
static inline Doubles lower(Floats x) {
  return (Doubles)_mm256_cvtps_pd(_mm256_castps256_ps128((__m256)x));
}
static inline Doubles upper(Floats x) {
  return (Doubles)_mm256_cvtps_pd(_mm256_extractf128_ps((__m256)x, 1));
}
#else
static inline Doubles half_of(Floats x, int from) {
  Doubles found;
  for (int lane = 0; lane < kLanes / 2; lane++) found[lane] = (double)x[from + lane];
  return found;
}
static inline Doubles lower(Floats x) { return half_of(x, 0); }
static inline Doubles upper(Floats x) { return half_of(x, kLanes / 2); }
#endif

typedef int64_t Longs __attribute__((vector_size(LITHO_BYTES)));

static inline Doubles alld(double value) { return Doubles{} + value; }
#if defined(LITHO_AVX512)
static inline Floats joined(Doubles low, Doubles high) {
  __m512 found = _mm512_castps256_ps512(_mm512_cvtpd_ps((__m512d)low));
  return (Floats)_mm512_insertf32x8(found, _mm512_cvtpd_ps((__m512d)high), 1);
}
static inline Doubles least_of(Doubles a, Doubles b) { return (Doubles)_mm512_min_pd(a, b); }
static inline Doubles most_of(Doubles a, Doubles b) { return (Doubles)_mm512_max_pd(a, b); }
#elif defined(LITHO_AVX2)
static inline Floats joined(Doubles low, Doubles high) {
  return (Floats)_mm256_set_m128(_mm256_cvtpd_ps((__m256d)high), _mm256_cvtpd_ps((__m256d)low));
}
static inline Doubles least_of(Doubles a, Doubles b) { return (Doubles)_mm256_min_pd(a, b); }
static inline Doubles most_of(Doubles a, Doubles b) { return (Doubles)_mm256_max_pd(a, b); }
#else
static inline Floats joined(Doubles low, Doubles high) {
  Floats found;
  for (int lane = 0; lane < kLanes / 2; lane++) {
    found[lane] = (float)low[lane], found[lane + kLanes / 2] = (float)high[lane];
  }
  return found;
}
static inline Doubles choose_wide(Longs flag, Doubles yes, Doubles no) {
  return (Doubles)(((Longs)yes & flag) | ((Longs)no & ~flag));
}
static inline Doubles least_of(Doubles a, Doubles b) { return choose_wide(a < b, a, b); }
static inline Doubles most_of(Doubles a, Doubles b) { return choose_wide(a > b, a, b); }
#endif
