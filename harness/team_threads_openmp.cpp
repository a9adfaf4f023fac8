#include <omp.h>

#include "harness/team_threads.hpp"

namespace assay {

void run_team_threads(std::size_t count, const std::function<void(std::size_t thread)>& body) {
  // A smaller team than asked for would wait for threads that never come.
  omp_set_dynamic(0);
#pragma omp parallel num_threads(static_cast <int>(count))
  body(static_cast<std::size_t>(omp_get_thread_num()));
}

std::string team_threads_runtime() { return "OpenMP " + std::to_string(_OPENMP); }

}  // namespace assay
