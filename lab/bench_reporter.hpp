#pragma once

#include <memory>
#include <string>
#include <vector>

namespace benchmark {  // NOLINT(readability-identifier-naming): the library's own
class BenchmarkReporter;
}

namespace assay {

/// `inner` with counters that every format can hold. Google Benchmark 1.7 writes a counter that is not finite as a bare
/// NaN, which is no JSON (the coefficient of variation of a counter that is 0 in each repetition is one): such a
/// counter is left out. Its CSV has a column for each counter of the first benchmark and aborts at the first other one:
/// there all of `names` become columns, empty where a benchmark has no such counter.
[[nodiscard]] std::unique_ptr<benchmark::BenchmarkReporter> finite_reporter(
    std::unique_ptr<benchmark::BenchmarkReporter> inner, const std::vector<std::string>& names);

/// The reporter of Google Benchmark for a file: "json", "csv" or "console". Nothing for another word.
[[nodiscard]] std::unique_ptr<benchmark::BenchmarkReporter> file_reporter(const std::string& format);

/// `line` of CSV with every field that is a bare nan made empty. Quoted fields are left as they are.
[[nodiscard]] std::string without_nan_fields(const std::string& line);

}  // namespace assay
