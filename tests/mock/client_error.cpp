// What the client of real servers adds to what it measures: its times beside those of a scripted server on this host,
// which writes into each answer when it received the request and when it wrote the first and the last token. And how
// many events one core reads in a second. tools/measure-client
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include "analysis/latency_distribution.hpp"
#include "harness/quantity.hpp"
#include "harness/steady_clock.hpp"
#include "loadgen/load_generator.hpp"
#include "scenarios/remote/remote_client.hpp"
#include "scenarios/remote/request_text.hpp"
#include "scenarios/synthetic_sut.hpp"
#include "tests/mock/mock_answer.hpp"

namespace assay {
namespace {

struct Asked {
  std::string url;
  double rate = 1000;
  Nanoseconds duration = std::chrono::seconds{10};
  std::uint64_t tokens = 100;
  std::uint64_t connections = 1500;
  int cpu = 0;
  bool spin = false;
};

RemotePlan plan_for(const Asked& asked) {
  std::vector<std::string> problems;
  RemotePlan plan = plan_of(
      RemoteProtocol::openai,
      {.url = asked.url, .model = "mock", .max_tokens = asked.tokens, .connections = asked.connections, .api_key = {}},
      {}, problems);
  if (!problems.empty()) {
    throw std::invalid_argument(problems.front());
  }
  return plan;
}

std::string text_of(const LatencyDistribution& distribution, std::uint32_t ppm) {
  const auto percentile = Percentile::of_parts_per_million(ppm);
  const LatencyInterval interval = distribution.interval(percentile, 0.95);
  const auto microseconds = [](std::optional<Nanoseconds> time) {
    return time ? fmt::format("{:.1f}", seconds(*time) * 1e6) : std::string("?");
  };
  return fmt::format("{} {:.1f} us [{}, {}]", percentile.name(), seconds(distribution.at(percentile)) * 1e6,
                     microseconds(interval.lower), microseconds(interval.upper));
}

void print(const char* what, std::vector<std::int64_t> errors) {
  if (errors.empty()) {
    std::puts("no answer to compare");
    return;
  }
  const LatencyDistribution distribution(std::move(errors));
  std::puts(fmt::format("{:<46} {}   {}   max {:.1f} us", what, text_of(distribution, 500'000),
                        text_of(distribution, 990'000), seconds(*distribution.max()) * 1e6)
                .c_str());
}

void compare(const TestResult& result) {
  std::vector<std::int64_t> first;
  std::vector<std::int64_t> received;
  std::vector<std::int64_t> token;
  std::vector<std::int64_t> lateness;
  for (const LoggedResponse& response : result.responses) {
    const QueryRecord& record = result.records.at(response.position);
    test_support::MockTruth truth;
    const std::string_view text(reinterpret_cast<const char*>(response.data.data()), response.data.size());
    if (!record.completed() || record.token_count < 2 || !test_support::truth_from(text, truth)) {
      continue;
    }
    const std::int64_t measured = record.first_token_ns - record.scheduled_ns;
    first.push_back(std::max<std::int64_t>(0, measured - (truth.first_ns - truth.received_ns)));
    received.push_back(record.issued_ns - record.scheduled_ns);
    const auto gaps = static_cast<std::int64_t>(record.token_count) - 1;
    token.push_back(
        std::abs((record.completed_ns - record.first_token_ns) / gaps - (truth.last_ns - truth.first_ns) / gaps));
    lateness.push_back(record.issued_ns - record.scheduled_ns);
  }
  std::puts(fmt::format("{} of {} answers compared", first.size(), result.records.size()).c_str());
  print("TTFT, measured minus true", std::move(first));
  print("TPOT, |measured minus true|", std::move(token));
  print("of that, issued minus scheduled", std::move(lateness));
}

void measure_times(const Asked& asked) {
  const RemotePlan plan = plan_for(asked);
  RemoteClient client({.url = plan.url,
                       .requests = request_texts(plan, "", 0),
                       .rule = answer_rule_of(plan),
                       .connections = asked.connections,
                       .reactor_cpus = {asked.cpu},
                       .wait = {.signal_spin = asked.spin ? std::chrono::hours{1} : Nanoseconds{50'000}},
                       .manner = {},
                       .secret = {}});
  client.ask_once();
  TestSettings settings = TestSettings::defaults_for(Scenario::server);
  settings.server_target_qps = asked.rate;
  settings.min_duration = asked.duration;
  settings.token_latencies = true;
  settings.response_log_count = 10'000'000;
  NumberedSampleLibrary library(plan.samples);
  SteadyClock clock;
  const TestResult result = run_test(settings, client, library, {.clock = clock});
  compare(result);
  for (const ReactorAccount& account : client.account().reactors) {
    std::puts(fmt::format("{} events, receiving took {:.0f} % of a CPU", account.events,
                          100 * seconds(account.busy) / seconds(account.wall))
                  .c_str());
  }
  for (const auto& [error, count] : result.errors) {
    std::puts(fmt::format("error {}: {}", name_of(error), count).c_str());
  }
  for (const std::string& message : client.errors().messages()) {
    std::puts(message.c_str());
  }
}

/// CPU time of this thread: what others take of the core meanwhile is no part of it.
Nanoseconds thread_time() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds{time.tv_sec} + Nanoseconds{time.tv_nsec};
}

/// A stream as vLLM sends it, in pieces of `piece` bytes, through all that a run puts it through.
void measure_events(std::size_t piece) {
  constexpr std::uint32_t kTokens = 1000;
  const test_support::MockScript script;
  std::string text = test_support::stream_head();
  for (std::uint32_t i = 1; i <= kTokens; ++i) {
    text += test_support::event_chunk(
        test_support::token_json(script, test_support::MockQuestion::Kind::completion, i, i == kTokens));
  }
  text += test_support::event_chunk(test_support::end_json(script, kTokens, {})) + test_support::event_chunk("[DONE]") +
          "0\r\n\r\n";
  AnswerReader reader({.tokens = kTokens});
  LogLinearHistogram gaps;
  const SteadyClock clock;
  constexpr int kRounds = 41;
  constexpr int kAnswers = 20;
  std::vector<std::int64_t> times;
  for (int round = 0; round < kRounds; ++round) {
    const Nanoseconds begin = thread_time();
    for (int answer = 0; answer < kAnswers; ++answer) {
      reader.begin();
      for (std::string_view rest = text; !rest.empty(); rest.remove_prefix(std::min(piece, rest.size()))) {
        reader.feed(rest.substr(0, piece), clock.now(), gaps);
      }
      if (!reader.ended() || reader.error()) {
        std::puts(fmt::format("the stream was not understood: {}", reader.words()).c_str());
        return;
      }
    }
    times.push_back((thread_time() - begin).count());
  }
  std::ranges::sort(times);
  const auto rate = [&times](std::size_t at) {
    return static_cast<double>(kTokens + 2) * kAnswers / static_cast<double>(times[at]) * 1e3;
  };
  // Ranks 14 and 28 of 41 enclose the median with 97 %.
  std::puts(
      fmt::format(
          "events read in a second of CPU time, pieces of {:>5} bytes ({:.0f} bytes each): {:.2f} M/s [{:.2f}, {:.2f}]",
          piece, static_cast<double>(text.size()) / kTokens, rate(kRounds / 2), rate(27), rate(13))
          .c_str());
}

Asked asked_from(const std::vector<std::string>& words) {
  Asked asked;
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    const std::string& value = words[i + 1];
    if (words[i] == "--sut") {
      asked.url = value;
    } else if (words[i] == "--rate") {
      asked.rate = parse_rate(value);
    } else if (words[i] == "--duration") {
      asked.duration = parse_duration(value);
    } else if (words[i] == "--tokens") {
      asked.tokens = parse_count(value);
    } else if (words[i] == "--connections") {
      asked.connections = parse_count(value);
    } else if (words[i] == "--cpu") {
      asked.cpu = static_cast<int>(parse_count(value));
    } else if (words[i] == "--spin") {
      asked.spin = value == "yes";
    } else {
      throw std::invalid_argument(words[i] + ": not known");
    }
  }
  return asked;
}

}  // namespace
}  // namespace assay

int main(int count, char** words) {
  try {
    const assay::Asked asked = assay::asked_from({words + 1, words + count});
    if (asked.url.empty()) {
      for (const std::size_t piece : {std::size_t{320}, std::size_t{1448}, std::size_t{65536}}) {
        assay::measure_events(piece);
      }
    } else {
      assay::measure_times(asked);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "assay_client_error: %s\n", error.what());
    return 2;
  }
  return 0;
}
