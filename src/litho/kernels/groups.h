// Rounding of groups under a shared power of two; included by loops.h.

static inline int32_t greatest_of(const float* x, int64_t count) {
  Ints worst = {};
  int64_t at = 0;
  for (; at + kLanes <= count; at += kLanes) {
    worst = most_of(worst, ints(load(x + at)) & kMagnitude);
  }
  if (at < count) worst = most_of(worst, ints(load_some(x + at, count - at)) & kMagnitude);
  return greatest_lane(worst);
}

static inline float power_of_two(int32_t exponent) {
  int64_t bits = (int64_t)(exponent + 1023) << 52;
  double found;
  memcpy(&found, &bits, sizeof found);
  return (float)found;
}

// The shared power of two of a group, and its reciprocal.
struct Shared {
  float up, down;
};

// Where the exponent runs into its bounds, or the greatest magnitude is subnormal.
static __attribute__((noinline)) Shared shared_at_bounds(int32_t greatest, const LithoBlock& b) {
  float magnitude;
  memcpy(&magnitude, &greatest, sizeof magnitude);
  double wide = magnitude;
  int64_t bits;
  memcpy(&bits, &wide, sizeof bits);
  int32_t exponent = (int32_t)(bits >> 52) - 1023 - b.most;
  exponent = exponent < -127 || !greatest ? -127 : exponent > 127 ? 127 : exponent;
  // `edge` is the greatest magnitude that does not round past the greatest element.
  bool is_over = b.carries && magnitude * power_of_two(-exponent) > b.edge;
  exponent += is_over && exponent < 127;
  return {power_of_two(-exponent), power_of_two(exponent)};
}

// The shared power for a group whose greatest magnitude has these bits. Its exponent is that of
// the edge, so that their fractions alone tell which of the two is greater.
static inline Shared shared_of(int32_t greatest, const LithoBlock& b, int32_t edge_fraction) {
  int32_t is_over = (greatest & 0x7fffff) > edge_fraction;
  int32_t field = (greatest >> 23) - b.most + is_over;
  if (greatest < 0x800000 || field < 1 || field > 253) return shared_at_bounds(greatest, b);
  int32_t down = field << 23, up = (254 - field) << 23;
  Shared found;
  memcpy(&found.up, &up, sizeof up);
  memcpy(&found.down, &down, sizeof down);
  return found;
}

static inline int32_t edge_fraction_of(const LithoBlock& b) {
  int32_t bits;
  memcpy(&bits, &b.edge, sizeof bits);
  return b.carries ? bits & 0x7fffff : 0x7fffff;
}

// Inlined, so that the numbers of the step stay in registers from group to group.
template <typename Step>
__attribute__((always_inline)) static inline int32_t run_group(const float* x, float* y, int64_t length, const LithoBlock& b,
                                int32_t edge, Step step) {
  int32_t greatest = greatest_of(x, length);
  Shared shared = shared_of(greatest, b, edge);
  step.share(shared.up, shared.down, b.element);
  int64_t k = 0;
  for (; k + kLanes <= length; k += kLanes) store(y + k, step(load(x + k)));
  if (k < length) {
    Floats lanes = load_some(x + k, length - k);
    store_some(y + k, step(lanes), length - k);
  }
  return greatest;
}

template <typename Step>
static int32_t run_groups(const float* x, float* y, const LithoBlock& b) {
  int32_t worst = 0, edge = edge_fraction_of(b);
  const Step step(Same{b.element});
  for (int64_t row = 0; row < b.rows; row++) {
    for (int64_t at = 0; at < b.row; at += b.group) {
      int64_t length = b.row - at < b.group ? b.row - at : b.group;
      // The two usual lengths are written out, so that the group stays in registers.
      int32_t greatest = length == 32   ? run_group(x, y, 32, b, edge, step)
                         : length == 16 ? run_group(x, y, 16, b, edge, step)
                                        : run_group(x, y, length, b, edge, step);
      worst = greatest > worst ? greatest : worst;
      x += length;
      y += length;
    }
  }
  return worst >= kInfinity;
}

static int32_t run_block(const float* x, float* y, const LithoBlock& b) {
  if (b.is_integer) return run_groups<FixedStep>(x, y, b);
  if (b.element.mantissa) return run_groups<FloatStep<FloatGrid>>(x, y, b);
  if (b.element.parity) return run_groups<FloatStep<BitGrid<false, true>>>(x, y, b);
  return run_groups<FloatStep<BitGrid<false, false>>>(x, y, b);
}
