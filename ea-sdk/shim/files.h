// MQL5's files, in the folder SHIM_FILES (default: here). What is flushed survives the end of the process.
#pragma once
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <csignal>
#include <fstream>
#include <map>
#include "times.h"

enum {
  FILE_READ = 1,
  FILE_WRITE = 2,
  FILE_BIN = 4,
  FILE_CSV = 8,
  FILE_TXT = 16,
  FILE_ANSI = 32,
  FILE_SHARE_READ = 128,
  FILE_SHARE_WRITE = 256,
  FILE_REWRITE = 512,
  FILE_COMMON = 4096,
  INVALID_HANDLE = -1
};

inline std::map<int, FILE *> &ShimFiles() {
  static std::map<int, FILE *> files;
  return files;
}
inline std::string ShimPath(const string &name) {
  const char *folder = std::getenv("SHIM_FILES");
  std::string path = name.utf8();
  std::replace(path.begin(), path.end(), '\\', '/');
  return std::string(folder ? folder : ".") + "/" + path;
}

// SHIM_DIE_AT=n: the process is killed at the n-th thing it does to a file.
inline bool ShimDies() {
  static const char *given = std::getenv("SHIM_DIE_AT");
  static long left = given ? std::atol(given) : 0;
  return left > 0 && --left == 0;
}
inline void ShimStep() {
  if (ShimDies()) std::raise(SIGKILL);
}

// Without a share flag another opener is refused, by this process or another.
inline int FileOpen(const string &name, int flags, short = '\t', uint = CP_ACP) {
  static int last = 0;
  std::string path = ShimPath(name);
  bool there = access(path.c_str(), F_OK) == 0, writes = flags & FILE_WRITE, reads = flags & FILE_READ;
  if (!there && !writes) return INVALID_HANDLE;
  FILE *file = std::fopen(path.c_str(), !writes ? "rb" : reads && there ? "r+b" : "w+b");
  if (!file) return INVALID_HANDLE;
  bool alone = writes && !(flags & FILE_SHARE_WRITE);
  if (flock(fileno(file), (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0 && alone) {
    std::fclose(file);
    return INVALID_HANDLE;
  }
  ShimFiles()[++last] = file;
  if (writes) ShimStep();
  return last;
}
inline void FileClose(int handle) {
  auto found = ShimFiles().find(handle);
  if (found == ShimFiles().end()) return;
  ShimStep();
  std::fclose(found->second);
  ShimFiles().erase(found);
}
inline void FileFlush(int handle) {
  ShimStep();
  std::fflush(ShimFiles().at(handle));
}
inline bool FileIsExist(const string &name, int = 0) { return access(ShimPath(name).c_str(), F_OK) == 0; }
inline bool FileDelete(const string &name, int = 0) { return unlink(ShimPath(name).c_str()) == 0; }

// SHIM_MOVE: `two-steps` is a system without a rename over a file, `in-place` what none may do; `taken`: in that moment
// somebody else opens the file that is to be replaced.
inline bool ShimMove(const std::string &from, const std::string &to, const std::string &how) {
  ShimStep();
  if (how == "two-steps") {
    unlink(to.c_str());
    ShimStep();
  }
  if (how != "in-place") return std::rename(from.c_str(), to.c_str()) == 0;
  std::ifstream file(from);
  std::ofstream over(to);
  for (std::string line; std::getline(file, line); ShimStep()) over << line << std::endl;
  return unlink(from.c_str()) == 0;
}
// As in the terminal, a file that somebody has open is not replaced.
inline bool FileMove(const string &from, int, const string &to, int flags) {
  std::string path = ShimPath(to), how = std::getenv("SHIM_MOVE") ? std::getenv("SHIM_MOVE") : "";
  if (how == "taken") flock(open(path.c_str(), O_RDONLY | O_CLOEXEC), LOCK_EX);
  int there = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  bool free = there < 0 || ((flags & FILE_REWRITE) && flock(there, LOCK_EX | LOCK_NB) == 0);
  bool moved = free && ShimMove(ShimPath(from), path, how);
  if (there >= 0) close(there);
  return moved;
}
inline bool FileSeek(int handle, long offset, int origin) { return std::fseek(ShimFiles().at(handle), offset, origin) == 0; }
inline ulong FileSize(int handle) {
  FILE *file = ShimFiles().at(handle);
  long at = std::ftell(file);
  std::fseek(file, 0, SEEK_END);
  long size = std::ftell(file);
  std::fseek(file, at, SEEK_SET);
  return static_cast<ulong>(size);
}
inline uint FileReadArray(int handle, Array<uchar> &to, int start = 0, int count = WHOLE_ARRAY) {
  FILE *file = ShimFiles().at(handle);
  size_t want = count < 0 ? FileSize(handle) - static_cast<ulong>(std::ftell(file)) : static_cast<size_t>(count);
  ArrayResize(to, start + static_cast<int>(want));
  size_t got = want == 0 ? 0 : std::fread(to.items().data() + start, 1, want, file);
  ArrayResize(to, start + static_cast<int>(got));
  return static_cast<uint>(got);
}

// SHIM_DISK_FULL_AFTER: so many bytes are written by the process, the rest is cut off; with SHIM_DISK_SILENT nobody is told.
inline size_t ShimRoom(size_t wanted) {
  static const char *given = std::getenv("SHIM_DISK_FULL_AFTER");
  static long left = given ? std::atol(given) : 0;
  if (!given) return wanted;
  size_t room = std::min(wanted, static_cast<size_t>(std::max(left, 0L)));
  left -= static_cast<long>(wanted);
  return room;
}
inline uint FileWriteArray(int handle, const Array<uchar> &from, int start = 0, int count = WHOLE_ARRAY) {
  FILE *file = ShimFiles().at(handle);
  size_t size = count < 0 ? static_cast<size_t>(ArraySize(from) - start) : static_cast<size_t>(count);
  bool dies = ShimDies();
  size_t room = ShimRoom(dies ? size / 2 : size);
  size_t written = room == 0 ? 0 : std::fwrite(from.items().data() + start, 1, room, file);
  if (dies) {
    std::fflush(file);
    std::raise(SIGKILL);
  }
  return static_cast<uint>(std::getenv("SHIM_DISK_SILENT") ? size : written);
}
