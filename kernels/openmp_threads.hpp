#pragma once

#include "kernels/shared_library.hpp"

namespace assay {

/// Keeps a library that is parallel by OpenMP on the calling thread: it asks OpenMP how many threads it may use, which
/// is a value of each thread that asks. Set for the time of one call and put back, because the thread may lead a team
/// of our own afterwards. Costs two writes to the thread's own memory.
class OpenMpThreads {
 public:
  /// The OpenMP that `library` is bound to; one that has none runs on one thread as it is.
  explicit OpenMpThreads(const SharedLibrary& library)
      : get_(library.function<int (*)()>("omp_get_max_threads")),
        set_(library.function<void (*)(int)>("omp_set_num_threads")) {}

  /// One thread until the end of the scope.
  class One {
   public:
    explicit One(const OpenMpThreads& threads)
        : set_(threads.get_ != nullptr ? threads.set_ : nullptr), before_(set_ != nullptr ? threads.get_() : 1) {
      if (set_ != nullptr) {
        set_(1);
      }
    }
    One(const One&) = delete;
    One& operator=(const One&) = delete;
    ~One() {
      if (set_ != nullptr) {
        set_(before_);
      }
    }

   private:
    void (*set_)(int);
    int before_;
  };

 private:
  int (*get_)();
  void (*set_)(int);
};

}  // namespace assay
