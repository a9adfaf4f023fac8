#pragma once

#include <cstddef>
#include <vector>

#include "harness/thread_affinity.hpp"

namespace assay::test_support {

/// `count` times the first CPU that this process may use.
inline std::vector<int> one_cpu(std::size_t count) { return std::vector<int>(count, cpus_of_this_thread().at(0)); }

/// The first and the last of them, which are the same where there is one only.
inline std::vector<int> two_cpus() { return {cpus_of_this_thread().front(), cpus_of_this_thread().back()}; }

}  // namespace assay::test_support
