#include "scenarios/custom/process_kernel.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "harness/quantity.hpp"
#include "scenarios/custom/answer_check.hpp"
#include "scenarios/custom/line_process.hpp"
#include "scenarios/custom/line_protocol.hpp"

namespace assay {

namespace {

constexpr Nanoseconds kDefaultAnswerTimeout = std::chrono::seconds{10};
constexpr Nanoseconds kDefaultPrepareTimeout = std::chrono::minutes{2};

Nanoseconds timeout_of(const CustomWorkload& workload, const char* name, Nanoseconds otherwise) {
  const auto found = workload.parameters.find(name);
  return found == workload.parameters.end() ? otherwise : parse_duration(found->second);
}

std::map<std::string, std::string> parameters_for_process(const CustomWorkload& workload) {
  std::map<std::string, std::string> parameters = workload.parameters;
  parameters.erase(kAnswerTimeout);
  parameters.erase(kPrepareTimeout);
  return parameters;
}

LineProcess::Options process_options(const CustomWorkload& workload, const ProcessPlace& place) {
  LineProcess::Options options{.words = workload.words, .cpus = place.cpus};
  options.words.front() = program_file(workload);
  return options;
}

class ProcessKernel final : public Kernel {
 public:
  ProcessKernel(const CustomWorkload& workload, const ProcessPlace& place)
      : process_(process_options(workload, place)),
        answer_timeout_(timeout_of(workload, kAnswerTimeout, kDefaultAnswerTimeout)),
        prepare_timeout_(timeout_of(workload, kPrepareTimeout, kDefaultPrepareTimeout)) {
    identity_ = {.name = workload.shown(), .version = 1, .parameters = identity_parameters(workload), .facts = {}};
    require_answer("hello", hello_request(place.worker, place.workers, parameters_for_process(workload)));
    try {
      hello_ = hello_from(process_.answer());
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(fmt::format(
          "{}: {}; docs/custom-workloads.md has the protocol", identity_.name,
          process_.answer().starts_with("error") ? words_of(process_.answer()) : std::string(error.what())));
    }
    identity_.version = hello_.workload_version;
    answers_.resize(hello_.batch * hello_.answers);
    constexpr std::size_t kDigits = 11;  // of an index, and the blank before it
    request_.reserve(8 + kDigits * hello_.batch);
  }

  [[nodiscard]] const KernelIdentity& identity() const override { return identity_; }
  [[nodiscard]] Flops work() const override { return {hello_.flops}; }
  [[nodiscard]] Bytes traffic() const override { return {hello_.bytes}; }
  [[nodiscard]] Bytes memory_per_worker() const override { return {}; }
  [[nodiscard]] std::size_t sample_count() const override { return hello_.samples; }
  [[nodiscard]] std::size_t max_batch() const override { return hello_.batch; }

  void prepare(std::uint64_t seed) override {
    require_answer("prepare", fmt::format("prepare {}", seed));
    if (process_.answer() != "ready") {
      throw std::runtime_error(fmt::format("{}: prepare failed: {}", identity_.name, words_of(process_.answer())));
    }
  }

  void run(std::span<const std::uint32_t> samples) noexcept override {
    if (failed_) {
      return;
    }
    request_ = "run";
    for (const std::uint32_t sample : samples) {
      std::array<char, 16> digits{};
      const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), sample);
      request_ += ' ';
      request_.append(digits.data(), end);
    }
    request_ += '\n';
    const std::size_t numbers = samples.size() * hello_.answers;
    failed_ = !process_.ask(request_, answer_timeout_) ||
              !read_numbers(process_.answer(), "done", std::span(answers_).first(numbers));
  }
  [[nodiscard]] bool failed() const noexcept override { return failed_; }
  [[nodiscard]] std::string failure() const override {
    if (!failed_) {
      return "";
    }
    return fmt::format("{}: {}", identity_.name, process_.failure().empty() ? unexpected() : process_.failure());
  }
  void cancel() noexcept override { process_.cancel(); }

  [[nodiscard]] Probe probe(std::size_t slot) const noexcept override {
    Probe probe{};
    std::copy_n(answers_.begin() + static_cast<std::ptrdiff_t>(slot * hello_.answers), hello_.answers, probe.begin());
    return probe;
  }
  [[nodiscard]] bool has_reference() const override { return hello_.reference; }
  [[nodiscard]] Probe reference_probe(std::uint32_t sample) const override {
    Probe probe{};
    require_answer("reference", fmt::format("reference {}", sample));
    if (!read_numbers(process_.answer(), "answer", std::span(probe).first(hello_.answers))) {
      throw std::runtime_error(
          fmt::format("{}: reference {}: {}", identity_.name, sample, words_of(process_.answer())));
    }
    return probe;
  }
  [[nodiscard]] double tolerance() const override {
    return hello_.tolerance > 0.0 ? hello_.tolerance : kDefaultAnswerTolerance;
  }

  [[nodiscard]] OutputCheck verify() override {
    if (hello_.verify) {
      require_answer("verify", "verify");
      if (std::string_view(process_.answer()).substr(0, process_.answer().find(' ')) != "right") {
        return {.tolerance = tolerance(), .detail = "its own check says: " + words_of(process_.answer())};
      }
    }
    return check_first_answer(*this);
  }

 private:
  [[nodiscard]] std::string unexpected() const {
    if (process_.answer().starts_with("error")) {
      return "run failed: " + words_of(process_.answer());
    }
    return fmt::format("{} where 'done' and {} numbers for each sample were expected", words_of(process_.answer()),
                       hello_.answers);
  }

  /// Untimed requests. Throws std::runtime_error with the failure of the process.
  void require_answer(const char* what, std::string request) const {
    request += '\n';
    if (!process_.ask(request, prepare_timeout_)) {
      throw std::runtime_error(fmt::format("{}: {}: {}", identity_.name, what, process_.failure()));
    }
  }

  KernelIdentity identity_;
  mutable LineProcess process_;  // its one thread asks also for references
  Nanoseconds answer_timeout_;
  Nanoseconds prepare_timeout_;
  LineHello hello_;
  std::vector<float> answers_;
  std::string request_;
  bool failed_ = false;
};

bool can_run(const std::filesystem::path& file) {
  std::error_code error;
  return std::filesystem::is_regular_file(file, error) && access(file.c_str(), X_OK) == 0;
}

}  // namespace

std::vector<std::string> process_problems(const CustomWorkload& workload) {
  std::vector<std::string> problems;
  for (const char* const name : {kAnswerTimeout, kPrepareTimeout}) {
    try {
      if (timeout_of(workload, name, kDefaultAnswerTimeout) <= Nanoseconds::zero()) {
        problems.push_back(fmt::format("--param {}: must be above 0", name));
      }
    } catch (const std::invalid_argument& error) {
      problems.push_back(fmt::format("--param {}: {}", name, error.what()));
    }
  }
  for (const auto& [name, value] : parameters_for_process(workload)) {
    if (std::ranges::any_of(name + value, [](char c) { return c <= ' ' || c > '~'; })) {
      problems.push_back(
          fmt::format("--param {}: a command takes parameters of printable ASCII without blanks; put it "
                      "into a file and name that",
                      one_line(name)));
    }
  }
  return problems;
}

std::string program_file(const CustomWorkload& workload) {
  const std::string& program = workload.words.front();
  if (program.find('/') != std::string::npos) {
    std::error_code error;
    if (!std::filesystem::exists(program, error)) {
      throw std::runtime_error(
          fmt::format("cmd:{}: there is no such file; name the program's path, e.g. cmd:./my-server", program));
    }
    if (!can_run(program)) {
      throw std::runtime_error(fmt::format("cmd:{0}: is no program that can be run; chmod +x {0}", program));
    }
    return std::filesystem::absolute(program).string();
  }
  const char* const path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "" : path;
  while (!rest.empty()) {
    const std::string_view folder = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(folder.size() + 1, rest.size()));
    if (const auto file = std::filesystem::path(folder) / program; !folder.empty() && can_run(file)) {
      return file.string();
    }
  }
  throw std::runtime_error(
      fmt::format("cmd:{0}: no program of that name is in PATH; for one in this folder: cmd:./{0}", program));
}

std::unique_ptr<Kernel> make_process_kernel(const CustomWorkload& workload, const ProcessPlace& place) {
  return std::make_unique<ProcessKernel>(workload, place);
}

}  // namespace assay
