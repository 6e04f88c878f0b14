// What the harness knows of a model: where its ports lie in memory and how to evaluate it.
//
// A port of Verilator is an integer of 1, 2, 4 or 8 bytes, or an array of 32-bit words, lowest
// first. On a little-endian machine the bytes of a beat lie the same way in all of them.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace litho {

struct Port {
  const char* name;
  void* data;
  uint8_t* valid;
  uint8_t* ready;
  uint32_t width;  // bits of a beat
};

struct Model {
  void (*eval)();
  uint8_t* clock;
  uint8_t* reset_n;
  void* stall;  // null when the design has no inner stalls
  uint32_t stall_bits;
  std::vector<Port> sources;
  std::vector<Port> sinks;
  std::vector<Port> taps;
  void (*record)(uint64_t time);  // null when no waves are recorded
};

// Reads the plan in `folder` and gives its seed; called before the model is made.
uint64_t read_plan(const char* folder);

// Runs the plan and gives the exit code: 0 done, 1 a check failed (told in `result`).
int run(const Model& model);

}  // namespace litho
