#include "analysis/serving_json.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "analysis/histogram_bins.hpp"
#include "analysis/json_values.hpp"
#include "analysis/log_linear_histogram.hpp"

namespace assay {
namespace {

using nlohmann::ordered_json;

/// The numbers of ServingTotals by their names in the file.
struct Amount {
  const char* name;
  double ServingTotals::*value;
};
constexpr std::array<Amount, 14> kAmounts = {{{"duration_s", &ServingTotals::duration_s},
                                              {"flops", &ServingTotals::flops},
                                              {"bytes", &ServingTotals::bytes},
                                              {"busy_s", &ServingTotals::busy_s},
                                              {"iterations", &ServingTotals::iterations},
                                              {"tokens", &ServingTotals::tokens},
                                              {"prompt_tokens", &ServingTotals::prompt_tokens},
                                              {"token_gaps", &ServingTotals::token_gaps},
                                              {"token_gap_mean_s", &ServingTotals::token_gap_mean_s},
                                              {"batch_mean", &ServingTotals::batch_mean},
                                              {"pages_mean", &ServingTotals::pages_mean},
                                              {"product_utilisation", &ServingTotals::product_utilisation},
                                              {"bandwidth_utilisation", &ServingTotals::bandwidth_utilisation},
                                              {"busy_share", &ServingTotals::busy_share}}};
struct SmallCount {
  const char* name;
  std::uint32_t ServingTotals::*value;
};
constexpr std::array<SmallCount, 2> kSmallCounts = {
    {{"batch_max", &ServingTotals::batch_max}, {"pages_max", &ServingTotals::pages_max}}};
struct Count {
  const char* name;
  std::uint64_t ServingTotals::*value;
};
constexpr std::array<Count, 3> kCounts = {{{"preemptions", &ServingTotals::preemptions},
                                           {"recomputed_tokens", &ServingTotals::recomputed_tokens},
                                           {"prefix_hit_tokens", &ServingTotals::prefix_hit_tokens}}};
struct Part {
  const char* name;
  double ServingWaterfall::*value;
};
constexpr std::array<Part, ServingWaterfall::kParts> kParts = {{{"no_request", &ServingWaterfall::no_request},
                                                                {"throttled", &ServingWaterfall::throttled},
                                                                {"host", &ServingWaterfall::host},
                                                                {"waste", &ServingWaterfall::waste},
                                                                {"inefficiency", &ServingWaterfall::inefficiency},
                                                                {"memory_bound", &ServingWaterfall::memory_bound},
                                                                {"tensor_useful", &ServingWaterfall::tensor_useful}}};

ordered_json totals_json(const ServingTotals& totals) {
  ordered_json out = ordered_json::object();
  for (const Amount& amount : kAmounts) {
    out[amount.name] = json_number(totals.*amount.value);
  }
  for (const SmallCount& count : kSmallCounts) {
    out[count.name] = totals.*count.value;
  }
  for (const Count& count : kCounts) {
    out[count.name] = totals.*count.value;
  }
  for (const Part& part : kParts) {
    out["waterfall"][part.name] = json_number(totals.waterfall.*part.value);
  }
  return out;
}

template <class Value>
ordered_json column(const std::vector<ServingTotals>& bins, const Value& value) {
  ordered_json out = ordered_json::array();
  for (const ServingTotals& bin : bins) {
    out.push_back(value(bin));
  }
  return out;
}

ordered_json bins_json(const std::vector<ServingTotals>& bins) {
  ordered_json out = ordered_json::object();
  for (const Amount& amount : kAmounts) {
    out[amount.name] = column(bins, [&](const ServingTotals& bin) { return json_number(bin.*amount.value); });
  }
  for (const SmallCount& count : kSmallCounts) {
    out[count.name] = column(bins, [&](const ServingTotals& bin) { return bin.*count.value; });
  }
  for (const Count& count : kCounts) {
    out[count.name] = column(bins, [&](const ServingTotals& bin) { return bin.*count.value; });
  }
  for (const Part& part : kParts) {
    out["waterfall"][part.name] =
        column(bins, [&](const ServingTotals& bin) { return json_number(bin.waterfall.*part.value); });
  }
  return out;
}

ordered_json gaps_json(const TokenGapRecord& gaps) {
  ordered_json out{{"count", gaps.count}, {"mean_s", json_number(gaps.mean_s)}, {"max_s", json_number(gaps.max_s)}};
  out["percentiles_s"] = ordered_json::object();
  for (const auto& [name, value] : gaps.percentiles_s) {
    out["percentiles_s"][name] = json_number(value);
  }
  out["hist"] = {{"kind", "loglinear"}, {"sub_bits", LogLinearHistogram::kSubBits}, {"unit_s", 1e-9}};
  ordered_json counts = ordered_json::array();
  for (const auto& [index, count] : gaps.histogram) {
    counts.push_back({index, count});
  }
  out["hist"]["counts"] = std::move(counts);
  return out;
}

/// Numbers are never strings, as in the parameters of a workload.
ordered_json settings_json(const std::map<std::string, std::string>& settings) {
  ordered_json out = ordered_json::object();
  for (const auto& [name, text] : settings) {
    out[name] = json_parameter(text);
  }
  return out;
}

std::map<std::string, std::string> read_settings(const Field& field) {
  std::map<std::string, std::string> settings;
  for (const auto& [name, value] : field.members()) {
    settings[name] = value.is_number() ? value.compact() : value.text();
  }
  return settings;
}

ordered_json texts_json(const std::map<std::string, std::string>& texts) {
  ordered_json out = ordered_json::object();
  for (const auto& [name, text] : texts) {
    out[name] = text;
  }
  return out;
}

std::map<std::string, std::string> read_texts(const Field& field) {
  std::map<std::string, std::string> texts;
  for (const auto& [name, text] : field.members()) {
    texts[name] = text.text();
  }
  return texts;
}

std::uint32_t small_count(const Field& field) {
  const std::uint64_t value = field.count();
  if (value > UINT32_MAX) {
    field.fail("a count below 2^32");
  }
  return static_cast<std::uint32_t>(value);
}

void check_sum(const Field& field, const ServingTotals& totals) {
  constexpr double kRounding = 1e-6;
  const auto parts = totals.waterfall.parts();
  const double sum = std::accumulate(parts.begin(), parts.end(), 0.0);
  if (totals.duration_s > 0.0 && !(std::abs(sum - 1.0) <= kRounding)) {
    field.fail("seven shares that sum to 1");
  }
}

ServingTotals read_totals(const Field& field) {
  ServingTotals totals;
  for (const Amount& amount : kAmounts) {
    totals.*amount.value = field.member(amount.name).non_negative();
  }
  for (const SmallCount& count : kSmallCounts) {
    totals.*count.value = small_count(field.member(count.name));
  }
  for (const Count& count : kCounts) {
    totals.*count.value = field.member(count.name).count();
  }
  const Field waterfall = field.member("waterfall");
  for (const Part& part : kParts) {
    totals.waterfall.*part.value = waterfall.member(part.name).non_negative();
  }
  check_sum(waterfall, totals);
  return totals;
}

/// The elements of a column, which must be as many as there are bins.
std::vector<Field> read_column(const Field& field, std::size_t size) {
  std::vector<Field> elements = field.elements();
  if (elements.size() != size) {
    field.fail(fmt::format("{} elements, as duration_s has", size));
  }
  return elements;
}

std::vector<ServingTotals> read_bins(const Field& field) {
  const std::size_t size = field.member("duration_s").elements().size();
  if (size > kMostServingBins) {
    field.member("duration_s").fail(fmt::format("at most {} bins", kMostServingBins));
  }
  std::vector<ServingTotals> bins(size);
  const auto each = [&](const Field& values, const auto& set) {
    const std::vector<Field> elements = read_column(values, size);
    for (std::size_t i = 0; i < size; ++i) {
      set(bins[i], elements[i]);
    }
  };
  for (const Amount& amount : kAmounts) {
    each(field.member(amount.name),
         [&](ServingTotals& bin, const Field& value) { bin.*amount.value = value.non_negative(); });
  }
  for (const SmallCount& count : kSmallCounts) {
    each(field.member(count.name),
         [&](ServingTotals& bin, const Field& value) { bin.*count.value = small_count(value); });
  }
  for (const Count& count : kCounts) {
    each(field.member(count.name), [&](ServingTotals& bin, const Field& value) { bin.*count.value = value.count(); });
  }
  const Field waterfall = field.member("waterfall");
  for (const Part& part : kParts) {
    each(waterfall.member(part.name),
         [&](ServingTotals& bin, const Field& value) { bin.waterfall.*part.value = value.non_negative(); });
  }
  for (const ServingTotals& bin : bins) {
    check_sum(waterfall, bin);
  }
  return bins;
}

TokenGapRecord read_gaps(const Field& field) {
  TokenGapRecord gaps{.count = field.member("count").count(),
                      .mean_s = field.member("mean_s").non_negative(),
                      .max_s = field.member("max_s").non_negative(),
                      .percentiles_s = {},
                      .histogram = {}};
  for (const auto& [name, value] : field.member("percentiles_s").members()) {
    gaps.percentiles_s[name] = value.non_negative();
  }
  gaps.histogram = read_histogram_bins(field.member("hist").member("counts"));
  return gaps;
}

ordered_json share_json(const std::optional<EstimateRecord>& share) {
  return share ? estimate_json(*share, "") : ordered_json(nullptr);
}

std::optional<EstimateRecord> read_share(const Field& field) {
  if (field.absent()) {
    return std::nullopt;
  }
  EstimateRecord share = read_estimate(field, "");
  for (const auto& value : {share.point, share.lower, share.upper}) {
    if (value && !(*value >= 0.0 && *value <= 1.0)) {
      field.fail("shares from 0 to 1");
    }
  }
  return share;
}

ordered_json model_json(const std::optional<ServingTimeModel>& model) {
  if (!model) {
    return nullptr;
  }
  return {{"compute_share", json_number(model->compute_share)},
          {"bandwidth_share", json_number(model->bandwidth_share)},
          {"overlap_loss", json_number(model->overlap_loss)},
          {"host_s", json_number(model->host_s)},
          {"observations", model->observations},
          {"error_rms", json_number(model->error_rms)}};
}

std::optional<ServingTimeModel> read_model(const Field& field) {
  if (field.absent()) {
    return std::nullopt;
  }
  return ServingTimeModel{.compute_share = field.member("compute_share").non_negative(),
                          .bandwidth_share = field.member("bandwidth_share").non_negative(),
                          .overlap_loss = field.member("overlap_loss").non_negative(),
                          .host_s = field.member("host_s").non_negative(),
                          .observations = field.member("observations").count(),
                          .error_rms = field.member("error_rms").non_negative()};
}

std::optional<double> optional_amount(const Field& field) {
  return field.absent() ? std::nullopt : std::optional(field.non_negative());
}

}  // namespace

ordered_json serving_json(const std::optional<ServingRecord>& serving) {
  if (!serving) {
    return nullptr;
  }
  return {{"model", serving->model},
          {"settings", settings_json(serving->settings)},
          {"ceilings",
           {{"products_flops_per_s", json_number(serving->ceilings.products_flops_per_s)},
            {"attention_flops_per_s", json_number(serving->ceilings.attention_flops_per_s)},
            {"read_bytes_per_s", json_number(serving->ceilings.read_bytes_per_s)},
            {"source", serving->ceilings.source}}},
          {"pages_total", serving->pages_total},
          {"run", totals_json(serving->run)},
          {"bins", bins_json(serving->bins)},
          {"ttft_limit_s", json_number(serving->ttft_limit_s)},
          {"tpot_limit_s", json_number(serving->tpot_limit_s)},
          {"ttft_met_share", share_json(serving->ttft_met_share)},
          {"tpot_met_share", share_json(serving->tpot_met_share)},
          {"goodput_requests_per_s", json_number(serving->goodput_requests_per_s)},
          {"goodput_tokens_per_s", json_number(serving->goodput_tokens_per_s)},
          {"within_windows_share", json_number(serving->within_windows_share)},
          {"token_gap", gaps_json(serving->token_gap)},
          {"time_model", model_json(serving->time_model)},
          {"predicted_over_measured", json_number(serving->predicted_over_measured)},
          {"prediction_error_rms", json_number(serving->prediction_error_rms)},
          {"joules_per_token", json_number(serving->joules_per_token)},
          {"energy_of", json_text_or_null(serving->energy_of)},
          {"price_per_hour", json_number(serving->price_per_hour)},
          {"dollars_per_million_tokens", json_number(serving->dollars_per_million_tokens)},
          {"not_available", texts_json(serving->not_available)}};
}

std::optional<ServingRecord> read_serving(const Field& field) {
  if (field.absent()) {
    return std::nullopt;
  }
  ServingRecord serving;
  serving.model = field.member("model").text();
  serving.settings = read_settings(field.member("settings"));
  const Field ceilings = field.member("ceilings");
  serving.ceilings = {.products_flops_per_s = ceilings.member("products_flops_per_s").non_negative(),
                      .attention_flops_per_s = ceilings.member("attention_flops_per_s").non_negative(),
                      .read_bytes_per_s = ceilings.member("read_bytes_per_s").non_negative(),
                      .source = ceilings.member("source").text()};
  serving.pages_total = small_count(field.member("pages_total"));
  serving.run = read_totals(field.member("run"));
  serving.bins = read_bins(field.member("bins"));
  serving.ttft_limit_s = optional_amount(field.member("ttft_limit_s"));
  serving.tpot_limit_s = optional_amount(field.member("tpot_limit_s"));
  serving.ttft_met_share = read_share(field.member("ttft_met_share"));
  serving.tpot_met_share = read_share(field.member("tpot_met_share"));
  serving.goodput_requests_per_s = optional_amount(field.member("goodput_requests_per_s"));
  serving.goodput_tokens_per_s = optional_amount(field.member("goodput_tokens_per_s"));
  serving.within_windows_share = optional_amount(field.member("within_windows_share"));
  if (serving.within_windows_share && *serving.within_windows_share > 1.0) {
    field.member("within_windows_share").fail("a share from 0 to 1");
  }
  serving.token_gap = read_gaps(field.member("token_gap"));
  serving.time_model = read_model(field.member("time_model"));
  serving.predicted_over_measured = optional_amount(field.member("predicted_over_measured"));
  serving.prediction_error_rms = optional_amount(field.member("prediction_error_rms"));
  serving.joules_per_token = optional_amount(field.member("joules_per_token"));
  serving.energy_of = field.member("energy_of").text_or_empty();
  serving.price_per_hour = optional_amount(field.member("price_per_hour"));
  serving.dollars_per_million_tokens = optional_amount(field.member("dollars_per_million_tokens"));
  serving.not_available = read_texts(field.member("not_available"));
  return serving;
}

}  // namespace assay
