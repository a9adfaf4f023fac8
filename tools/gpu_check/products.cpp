#include <algorithm>
#include <exception>
#include <string>

#include "tools/gpu_check/check_run.hpp"

namespace assay::gpu_check {
namespace {

/// The five products of a Llama-3-70B layer and its head: weights of m rows and k columns.
struct DecoderProduct {
  const char* name;
  unsigned m;
  unsigned k;
};
constexpr DecoderProduct kProducts[] = {{"QKV 10240 x 8192", 10240, 8192},
                                        {"O 8192 x 8192", 8192, 8192},
                                        {"gate+up 57344 x 8192", 57344, 8192},
                                        {"down 8192 x 28672", 8192, 28672},
                                        {"head 128256 x 8192", 128256, 8192}};

void check_product(CheckRun& run, const DecoderProduct& product, const std::string& dtype, unsigned batch) {
  const std::string name = product.name + (", batch " + std::to_string(batch)) + ", " + dtype;
  if (!run.has_time("products", name, 2.0)) {
    return;
  }
  Row row{.part = "products", .name = name, .unit = "us"};
  try {
    CardWork work(run.table, run.device, "gemm",
                  {{"dtype", dtype},
                   {"m", std::to_string(product.m)},
                   {"k", std::to_string(product.k)},
                   {"n", std::to_string(batch)},
                   {"candidates", "8"}});
    const std::string wrong = work.verify();
    row.output = wrong.empty() ? "right" : wrong;
    const CardSamples samples = sample(work, 0.25 * run.scale, 0.004, 12);
    std::vector<double> microseconds;
    microseconds.reserve(samples.seconds_per_step.size());
    for (const double seconds : samples.seconds_per_step) {
      microseconds.push_back(1e6 * seconds);
    }
    row.value = spread_of(std::move(microseconds));
    const auto read = run.measured.find("read");
    const auto peak = run.measured.find(dtype);
    if (read != run.measured.end() && peak != run.measured.end()) {
      row.reference = 1e6 * std::max(static_cast<double>(work.shape().step_traffic_bytes) / read->second,
                                     work.shape().step_work / peak->second);
      row.reference_name = "its floor (measured read and product rates)";
    } else {
      row.note = "no floor: the ceilings were not measured";
    }
  } catch (const std::exception& error) {
    row.note = error.what();
  }
  run.findings.add(std::move(row));
}

}  // namespace

void check_products(CheckRun& run) {
  for (const std::string dtype : {"f8", "bf16"}) {
    for (const DecoderProduct& product : kProducts) {
      for (const unsigned batch : {16U, 64U, 256U, 1024U, 4096U}) {
        check_product(run, product, dtype, batch);
      }
    }
  }
}

}  // namespace assay::gpu_check
