// The CSV reporter is called deprecated for its columns, and yet is what --benchmark_format=csv gives.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

#include "lab/bench_reporter.hpp"

#include <benchmark/benchmark.h>

#include <cmath>
#include <limits>
#include <sstream>

namespace assay {

namespace {

using benchmark::BenchmarkReporter;

class FiniteReporter final : public BenchmarkReporter {
 public:
  FiniteReporter(std::unique_ptr<BenchmarkReporter> inner, const std::vector<std::string>& names)
      : inner_(std::move(inner)),
        names_(names),
        is_csv_(dynamic_cast<const benchmark::CSVReporter*>(inner_.get()) != nullptr) {}

  bool ReportContext(const Context& context) override {
    // The library gives the streams to the outer reporter, by functions that are not virtual.
    inner_->SetErrorStream(&GetErrorStream());
    inner_->SetOutputStream(is_csv_ ? &csv_ : &GetOutputStream());
    const bool go_on = inner_->ReportContext(context);
    pass_csv_on();
    return go_on;
  }

  void ReportRuns(const std::vector<Run>& runs) override {
    std::vector<Run> changed = runs;
    for (Run& run : changed) {
      if (is_csv_) {
        for (const std::string& name : names_) {
          run.counters.emplace(name, std::numeric_limits<double>::quiet_NaN());
        }
      } else {
        std::erase_if(run.counters, [](const auto& counter) { return !std::isfinite(counter.second.value); });
      }
    }
    inner_->ReportRuns(changed);
    pass_csv_on();
  }

  void Finalize() override {
    inner_->Finalize();
    pass_csv_on();
  }

 private:
  void pass_csv_on() {
    std::string line;
    while (std::getline(csv_, line)) {
      GetOutputStream() << without_nan_fields(line) << '\n';
    }
    csv_.clear();
    csv_.str("");
    GetOutputStream().flush();
  }

  std::unique_ptr<BenchmarkReporter> inner_;
  std::vector<std::string> names_;
  bool is_csv_;
  std::stringstream csv_;
};

}  // namespace

std::string without_nan_fields(const std::string& line) {
  std::string result;
  std::string field;
  bool quoted = false;
  const auto end_field = [&] {
    result += field == "nan" || field == "-nan" ? "" : field;
    field.clear();
  };
  for (const char c : line) {
    quoted = c == '"' ? !quoted : quoted;
    if (c == ',' && !quoted) {
      end_field();
      result += c;
    } else {
      field += c;
    }
  }
  end_field();
  return result;
}

std::unique_ptr<BenchmarkReporter> finite_reporter(std::unique_ptr<BenchmarkReporter> inner,
                                                   const std::vector<std::string>& names) {
  return std::make_unique<FiniteReporter>(std::move(inner), names);
}

std::unique_ptr<BenchmarkReporter> file_reporter(const std::string& format) {
  if (format == "json") {
    return std::make_unique<benchmark::JSONReporter>();
  }
  if (format == "csv") {
    return std::make_unique<benchmark::CSVReporter>();
  }
  if (format == "console") {
    return std::make_unique<benchmark::ConsoleReporter>(benchmark::ConsoleReporter::OO_None);
  }
  return nullptr;
}

}  // namespace assay
