#include <string>

#include "tools/gpu_check/check_run.hpp"

namespace assay::gpu_check {

void check_memory(CheckRun& run) {
  for (const std::string mix : {"read", "write", "copy", "triad", "memcpy"}) {
    for (const std::string stores : {"regular", "streaming"}) {
      if (mix == "memcpy" && stores == "streaming") {
        continue;
      }
      Measured what{.part = "memory",
                    .name = "HBM " + mix + (stores == "streaming" ? ", streaming" : ""),
                    .work = "stream",
                    .settings = {{"mix", mix}, {"stores", stores}},
                    .unit = "GB/s",
                    .stated = "bandwidth"};
      if (stores == "regular") {
        what.keep = mix;
      }
      if (mix == "read" && stores == "regular") {
        what.target = Target{.text = ">= 0.92", .share = 0.92};
      } else if (mix == "copy" && stores == "regular") {
        what.target = Target{.text = ">= 0.90", .share = 0.90};
      }
      measure(run, what);
    }
  }
  for (const std::string mix : {"read", "copy", "triad"}) {
    measure(run, {.part = "memory",
                  .name = "L2 " + mix,
                  .work = "stream",
                  .settings = {{"mix", mix}, {"level", "l2"}},
                  .unit = "GB/s",
                  .seconds = 1.0});
  }
  for (const auto& [direction, name] :
       {std::pair{"to_card", "PCIe host to card"}, std::pair{"to_host", "PCIe card to host"},
        std::pair{"both", "PCIe both at once"}}) {
    measure(run, {.part = "memory",
                  .name = name,
                  .work = "transfer",
                  .settings = {{"direction", direction}},
                  .unit = "GB/s",
                  .seconds = 1.0});
  }
}

void check_arithmetic(CheckRun& run) {
  for (const std::string dtype : {"f32", "f64"}) {
    measure(run, {.part = "arithmetic",
                  .name = "FMA chains " + dtype,
                  .work = "fma",
                  .settings = {{"dtype", dtype}},
                  .unit = "Tflop/s",
                  .stated = dtype});
  }
  struct Product {
    const char* dtype;
    const char* stated;
    const char* unit;
  };
  for (const Product& product :
       {Product{"bf16", "f16", "Tflop/s"}, Product{"f16", "f16", "Tflop/s"}, Product{"f8", "f8", "Tflop/s"},
        Product{"tf32", "tf32", "Tflop/s"}, Product{"i8", "i8", "Top/s"}, Product{"f64", "", "Tflop/s"}}) {
    measure(run, {.part = "arithmetic",
                  .name = std::string("cuBLASLt 8192^3 ") + product.dtype,
                  .work = "gemm",
                  .settings = {{"dtype", product.dtype}},
                  .unit = product.unit,
                  .seconds = 3.0,
                  .stated = product.stated,
                  .keep = product.dtype});
  }
}

void check_latency(CheckRun& run) {
  for (const std::string level : {"l1", "l2", "hbm"}) {
    measure(run, {.part = "latency",
                  .name = "dependent load, " + level,
                  .work = "chase",
                  .settings = {{"level", level}},
                  .unit = "ns",
                  .seconds = 0.5,
                  .sample_s = 0.005});
  }
  for (const auto& [mode, name] : {std::pair{"stream", "launch, back to back"}, std::pair{"graph", "kernel of a graph"},
                                   std::pair{"roundtrip", "launch and wait"}}) {
    measure(run, {.part = "latency",
                  .name = name,
                  .work = "launch",
                  .settings = {{"mode", mode}},
                  .unit = "us",
                  .seconds = 0.5,
                  .sample_s = 0.005,
                  .keep = std::string("launch ") + mode});
  }
}

}  // namespace assay::gpu_check
