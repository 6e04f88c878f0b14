// The gradients of values and of scales; included by loops.h.

// The gradient where low <= x <= high, else zero.
static void pass_inside(const float* x, const float* gradient, float* y, int64_t count, float low,
                        float high) {
  int64_t at = 0;
  Floats bottom = all(low), top = all(high);
  for (; at + kLanes <= count; at += kLanes) {
    Floats lanes = load(x + at);
    Ints inside = (lanes >= bottom) & (lanes <= top);
    store(y + at, floats(ints(load(gradient + at)) & inside));
  }
  for (; at < count; at++) y[at] = x[at] >= low && x[at] <= high ? gradient[at] : 0.0f;
}

static void pass_groups(const float* x, const float* gradient, float* y, const LithoBlock& b) {
  int32_t edge = edge_fraction_of(b);
  for (int64_t row = 0; row < b.rows; row++) {
    for (int64_t at = 0; at < b.row; at += b.group) {
      int64_t length = b.row - at < b.group ? b.row - at : b.group;
      float top = shared_of(greatest_of(x, length), b, edge).down * b.bound;
      top = top < 3.4028234663852886e38f ? top : 3.4028234663852886e38f;
      pass_inside(x, gradient, y, length, -top, top);
      x += length;
      y += length;
      gradient += length;
    }
  }
}

// Adds gradient * (y - x) where low <= x <= high and gradient * y elsewhere: terms are float32,
// sums float64. Element i adds to sums[i % kSums].
static void add_terms(const float* x, const float* y, const float* gradient, double* sums,
                      int64_t count, float low, float high) {
  const int kGroups = kSums / kLanes;
  const Floats bottom = all(low), top = all(high);
  Doubles lows[kGroups], highs[kGroups];
  for (int k = 0; k < kGroups; k++) {
    memcpy(&lows[k], sums + k * kLanes, sizeof lows[k]);
    memcpy(&highs[k], sums + k * kLanes + kLanes / 2, sizeof highs[k]);
  }
  int64_t at = 0;
  for (; at + kSums <= count; at += kSums) {
    for (int k = 0; k < kGroups; k++) {
      Floats lanes = load(x + at + k * kLanes), rounded = load(y + at + k * kLanes);
      Floats slope = load(gradient + at + k * kLanes);
      Floats kept = floats(ints(lanes) & ((lanes >= bottom) & (lanes <= top)));
      Floats term = slope * (rounded - kept);
      lows[k] += lower(term);
      highs[k] += upper(term);
    }
  }
  for (int k = 0; k < kGroups; k++) {
    memcpy(sums + k * kLanes, &lows[k], sizeof lows[k]);
    memcpy(sums + k * kLanes + kLanes / 2, &highs[k], sizeof highs[k]);
  }
  for (; at < count; at++, sums++) {
    float kept = x[at] >= low && x[at] <= high ? x[at] : 0.0f;
    *sums += (double)(gradient[at] * (y[at] - kept));
  }
}

// pass_inside with bounds for each element.
static void pass_lanes(const float* x, const float* gradient, float* y, int64_t count,
                       const float* lows, const float* highs) {
  int64_t at = 0;
  for (; at + kLanes <= count; at += kLanes) {
    Floats lanes = load(x + at);
    Ints inside = (lanes >= load(lows + at)) & (lanes <= load(highs + at));
    store(y + at, floats(ints(load(gradient + at)) & inside));
  }
  for (; at < count; at++) y[at] = x[at] >= lows[at] && x[at] <= highs[at] ? gradient[at] : 0.0f;
}

// add_terms with bounds and a sum for each element.
static void add_lanes(const float* x, const float* y, const float* gradient, double* sums,
                      int64_t count, const float* lows, const float* highs) {
  int64_t at = 0;
  for (; at + kLanes <= count; at += kLanes) {
    Floats lanes = load(x + at), slope = load(gradient + at);
    Ints inside = (lanes >= load(lows + at)) & (lanes <= load(highs + at));
    Floats term = slope * (load(y + at) - floats(ints(lanes) & inside));
    Doubles low, high;
    memcpy(&low, sums + at, sizeof low);
    memcpy(&high, sums + at + kLanes / 2, sizeof high);
    low += lower(term), high += upper(term);
    memcpy(sums + at, &low, sizeof low);
    memcpy(sums + at + kLanes / 2, &high, sizeof high);
  }
  for (; at < count; at++) {
    float kept = x[at] >= lows[at] && x[at] <= highs[at] ? x[at] : 0.0f;
    sums[at] += (double)(gradient[at] * (y[at] - kept));
  }
}
