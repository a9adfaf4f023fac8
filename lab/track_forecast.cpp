#include "lab/track_forecast.hpp"

#include <exception>

#include "lab/run_request_text.hpp"
#include "scenarios/serving/llama_request.hpp"
#include "scenarios/serving/serving_ladder.hpp"

namespace assay {

LeverForecastOrReason forecast_lever(const RunOptions& lever, const RunDocument& calibrated) {
  if (!calibrated.serving) {
    return {.forecast = {}, .reason = "Offline was no run of a serving engine"};
  }
  RunOptions options = lever;
  options.set("rate", "1");  // a stand-in: the rate is what is asked for
  const RunRequest request = request_from(options);
  const std::optional<ServingSetup> setup = llama_setup(request.workload, *calibrated.serving);
  if (!setup) {
    return {.forecast = {}, .reason = "Offline measured too few iterations to fit a model of their time"};
  }
  const TestSettings& settings = request.settings;
  if (!settings.target_first_token || !settings.target_token_time) {
    return {.forecast = {}, .reason = "the step names no windows"};
  }
  constexpr double kMillion = 1e6;
  const ServingQuestion question{.lengths = llama_request(request.workload).lengths,
                                 .seed = request.seed,
                                 .first_token_limit_s = seconds(*settings.target_first_token),
                                 .token_time_limit_s = seconds(*settings.target_token_time),
                                 .tail = settings.target_percentile_ppm / kMillion,
                                 .offline_requests = 500};
  const ServingPrediction peak = predict_peak(*setup, question);
  return {.forecast = LeverForecast{.tokens_per_s = peak.tokens_per_s,
                                    .rate_hz = peak.rate_hz,
                                    .ttft_tail_s = peak.ttft_tail_s,
                                    .tpot_tail_s = peak.tpot_tail_s},
          .reason = {}};
}

}  // namespace assay
