#pragma once

#include <string>
#include <vector>

#include "analysis/run_document.hpp"

namespace assay {

/// A small run made by hand, every member of it set: what the golden file holds.
[[nodiscard]] RunDocument golden_run();

/// One workload in SingleStream, MultiStream, Server and Offline, as a 2-core virtual machine would give them:
/// latencies from a log-normal law with a second mode of 2 % (seeded, so the same on every machine). Invented numbers,
/// for tests of what shows them.
[[nodiscard]] std::vector<RunDocument> sample_runs();

/// One workload in Server with 0, 40, 80, 160 and 320 bursts of noise a second injected: from 160 on P99 is over the
/// window, and of the 320 not all were delivered. Invented numbers too.
[[nodiscard]] std::vector<RunDocument> dose_runs();

/// Two soaks in SingleStream. One on a virtual machine without sensors, STABLE over 180 s; one of 600 s that is
/// THERMAL: after 60 s the clock falls by 20 %, with temperature, throttle flag and the energy of a package.
[[nodiscard]] std::vector<RunDocument> soak_runs();

/// A soak of four points, every member of it set.
[[nodiscard]] SoakRecord golden_soak();

/// A label that would run code if it reached a page unescaped.
inline const std::string kHostileLabel = "</script><img src=x onerror=\"document.title='owned'\"> & 'quoted'";

}  // namespace assay
