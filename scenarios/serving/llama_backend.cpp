#include "scenarios/serving/llama_backend.hpp"

#include "harness/steady_clock.hpp"
#include "scenarios/serving/measured_ceilings.hpp"

namespace assay {

ServingCeilings LlamaBackend::measure_ceilings(Nanoseconds budget, const std::stop_token& stop) {
  SteadyClock clock;
  const MeasuredCeilings measured = assay::measure_ceilings(options_.cpus, clock, budget, stop);
  const bool narrow = options_.formats.weights != WeightFormat::bf16;  // int4 multiplies bytes as well
  return {.products_flops_per_s = (narrow ? measured.narrow_products : measured.products).value,
          .attention_flops_per_s = measured.products.value,
          .read_bytes_per_s = measured.read.value,
          .source = measured.source};
}

}  // namespace assay
