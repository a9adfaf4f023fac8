#include "analysis/serving_iterations.hpp"

#include <algorithm>
#include <utility>

namespace assay {

std::array<std::string_view, ServingWaterfall::kParts> waterfall_names() {
  return {"no request", "held back", "host", "computed again", "kernel loss", "memory-bound", "useful products"};
}

namespace {

constexpr std::int64_t kBinNs = 1'000'000'000;

/// Shares of the device's time in one iteration.
struct DeviceShares {
  double waste = 0.0;
  double inefficiency = 0.0;
  double memory_bound = 0.0;
  double useful = 0.0;
};

double products_s(const IterationRecord& one, const ServingCeilings& ceilings) {
  const double attention_rate =
      ceilings.attention_flops_per_s > 0.0 ? ceilings.attention_flops_per_s : ceilings.products_flops_per_s;
  return ceilings.products_flops_per_s > 0.0
             ? one.products_flops / ceilings.products_flops_per_s + one.attention_flops / attention_rate
             : 0.0;
}

double reading_s(const IterationRecord& one, const ServingCeilings& ceilings) {
  return ceilings.read_bytes_per_s > 0.0 ? one.bytes / ceilings.read_bytes_per_s : 0.0;
}

double useful_share(const IterationRecord& one) {
  return one.tokens == 0 ? 1.0 : 1.0 - static_cast<double>(one.recomputed) / one.tokens;
}

DeviceShares shares_of(const IterationRecord& one, const ServingCeilings& ceilings) {
  const double device_s = static_cast<double>(one.device_end_ns - one.device_begin_ns) * 1e-9;
  if (device_s <= 0.0) {
    return {};
  }
  const double useful = useful_share(one);
  const double products = products_s(one, ceilings);
  const double limit = std::max(products, reading_s(one, ceilings));
  // An iteration may beat a ceiling that another kernel gave; the shares then fill its time in proportion.
  const double scale = std::max(limit, device_s);
  return {.waste = 1.0 - useful,
          .inefficiency = useful * (scale - limit) / scale,
          .memory_bound = useful * (limit - products) / scale,
          .useful = useful * products / scale};
}

void join(ServingTotals& run, const ServingTotals& bin) {
  run.duration_s += bin.duration_s;
  run.flops += bin.flops;
  run.bytes += bin.bytes;
  run.busy_s += bin.busy_s;
  run.iterations += bin.iterations;
  run.tokens += bin.tokens;
  run.prompt_tokens += bin.prompt_tokens;
  run.token_gaps += bin.token_gaps;
  run.token_gap_mean_s += bin.token_gap_mean_s;
  run.batch_mean += bin.batch_mean;
  run.pages_mean += bin.pages_mean;
  run.batch_max = std::max(run.batch_max, bin.batch_max);
  run.pages_max = std::max(run.pages_max, bin.pages_max);
  run.preemptions += bin.preemptions;
  run.recomputed_tokens += bin.recomputed_tokens;
  run.prefix_hit_tokens += bin.prefix_hit_tokens;
  run.product_utilisation += bin.product_utilisation;
  run.waterfall.no_request += bin.waterfall.no_request;
  run.waterfall.throttled += bin.waterfall.throttled;
  run.waterfall.host += bin.waterfall.host;
  run.waterfall.waste += bin.waterfall.waste;
  run.waterfall.inefficiency += bin.waterfall.inefficiency;
  run.waterfall.memory_bound += bin.waterfall.memory_bound;
  run.waterfall.tensor_useful += bin.waterfall.tensor_useful;
}

}  // namespace

ServingAccount::ServingAccount(ServingCeilings ceilings) : ceilings_(std::move(ceilings)), bins_(kMostServingBins) {}

std::size_t ServingAccount::bin_of(std::int64_t time) const {
  return std::min(static_cast<std::size_t>(std::max<std::int64_t>(time, 0) / kBinNs), bins_.size() - 1);
}

/// Calls add(bin, seconds) for each bin that the time touches.
template <class Add>
void ServingAccount::spread(std::int64_t begin, std::int64_t end, const Add& add) {
  while (begin < end) {
    const std::size_t at = bin_of(begin);
    const std::int64_t bin_end = at + 1 == bins_.size() ? end : static_cast<std::int64_t>(at + 1) * kBinNs;
    const std::int64_t until = std::min(end, std::max(bin_end, begin + 1));
    add(bins_[at], static_cast<double>(until - begin) * 1e-9);
    begin = until;
  }
}

void ServingAccount::add_device(const IterationRecord& one) {
  const double device_s = static_cast<double>(one.device_end_ns - one.device_begin_ns) * 1e-9;
  const DeviceShares shares = shares_of(one, ceilings_);
  const double useful = useful_share(one);
  const double products = useful * products_s(one, ceilings_);
  spread(one.device_begin_ns, one.device_end_ns, [&](ServingTotals& bin, double s) {
    const double part = s / device_s;
    bin.busy_s += s;
    bin.iterations += part;
    bin.flops += part * useful * (one.products_flops + one.attention_flops);
    bin.bytes += part * one.bytes;
    bin.batch_mean += part * one.sequences;
    bin.pages_mean += part * one.pages;
    bin.product_utilisation += part * products;
    bin.waterfall.waste += s * shares.waste;
    bin.waterfall.inefficiency += s * shares.inefficiency;
    bin.waterfall.memory_bound += s * shares.memory_bound;
    bin.waterfall.tensor_useful += s * shares.useful;
  });
}

void ServingAccount::add(const IterationRecord& one) {
  const std::int64_t idle_end = last_end_ + one.idle_ns;
  const std::int64_t throttled_end = idle_end + one.throttled_ns;
  spread(last_end_, idle_end, [](ServingTotals& bin, double s) { bin.waterfall.no_request += s; });
  spread(idle_end, throttled_end, [](ServingTotals& bin, double s) { bin.waterfall.throttled += s; });
  const auto host = [](ServingTotals& bin, double s) { bin.waterfall.host += s; };
  spread(throttled_end, one.device_begin_ns, host);
  spread(one.device_end_ns, one.end_ns, host);
  add_device(one);
  ServingTotals& bin = bins_[bin_of(one.end_ns - 1)];
  bin.tokens += one.new_tokens;
  bin.prompt_tokens += one.prompt_tokens;
  bin.token_gaps += one.gaps;
  bin.token_gap_mean_s += static_cast<double>(one.gap_sum_ns) * 1e-9;
  bin.batch_max = std::max(bin.batch_max, one.sequences);
  bin.pages_max = std::max(bin.pages_max, one.pages);
  bin.preemptions += one.preemptions;
  bin.recomputed_tokens += one.recomputed;
  bin.prefix_hit_tokens += one.prefix_hits;
  last_end_ = one.end_ns;
}

/// Sums become means and shares.
void ServingAccount::close(ServingTotals& totals) const {
  if (totals.iterations > 0.0) {
    totals.batch_mean /= totals.iterations;
    totals.pages_mean /= totals.iterations;
  }
  if (totals.token_gaps > 0.0) {
    totals.token_gap_mean_s /= totals.token_gaps;
  }
  const double time = totals.duration_s;
  if (time <= 0.0) {
    return;
  }
  ServingWaterfall& parts = totals.waterfall;
  for (double* part : {&parts.no_request, &parts.throttled, &parts.host, &parts.waste, &parts.inefficiency,
                       &parts.memory_bound, &parts.tensor_useful}) {
    *part = std::min(*part / time, 1.0);
  }
  totals.product_utilisation /= time;
  totals.busy_share = totals.busy_s / time;
  totals.bandwidth_utilisation =
      ceilings_.read_bytes_per_s > 0.0 ? totals.bytes / (ceilings_.read_bytes_per_s * time) : 0.0;
}

ServingRecord ServingAccount::take(std::int64_t end_ns) {
  end_ns = std::max({end_ns, last_end_, std::int64_t{1}});
  spread(last_end_, end_ns, [](ServingTotals& bin, double s) { bin.waterfall.no_request += s; });
  ServingRecord record;
  record.ceilings = ceilings_;
  record.bins.assign(bins_.begin(), bins_.begin() + static_cast<std::ptrdiff_t>(bin_of(end_ns - 1) + 1));
  for (std::size_t i = 0; i < record.bins.size(); ++i) {
    const auto begin = static_cast<std::int64_t>(i) * kBinNs;
    const std::int64_t end = i + 1 == record.bins.size() ? end_ns : begin + kBinNs;
    record.bins[i].duration_s = static_cast<double>(end - begin) * 1e-9;
    join(record.run, record.bins[i]);
    close(record.bins[i]);
  }
  close(record.run);
  bins_.assign(bins_.size(), ServingTotals{});
  last_end_ = 0;
  return record;
}

}  // namespace assay
