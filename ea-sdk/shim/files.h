// MQL5's files, in the folder SHIM_FILES (default: here). What is flushed survives the end of the process.
#pragma once
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
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
  return last;
}
inline void FileClose(int handle) {
  auto found = ShimFiles().find(handle);
  if (found == ShimFiles().end()) return;
  std::fclose(found->second);
  ShimFiles().erase(found);
}
inline void FileFlush(int handle) { std::fflush(ShimFiles().at(handle)); }
inline bool FileIsExist(const string &name, int = 0) { return access(ShimPath(name).c_str(), F_OK) == 0; }
inline bool FileDelete(const string &name, int = 0) { return unlink(ShimPath(name).c_str()) == 0; }
inline bool FileMove(const string &from, int, const string &to, int) {
  return std::rename(ShimPath(from).c_str(), ShimPath(to).c_str()) == 0;
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

// SHIM_DISK_FULL_AFTER: so many bytes are written by the process, the rest is cut off.
inline size_t ShimRoom(size_t wanted) {
  static const char *given = std::getenv("SHIM_DISK_FULL_AFTER");
  static long left = given ? std::atol(given) : 0;
  if (!given) return wanted;
  size_t room = std::min(wanted, static_cast<size_t>(std::max(left, 0L)));
  left -= static_cast<long>(wanted);
  return room;
}
inline uint FileWriteArray(int handle, const Array<uchar> &from, int start = 0, int count = WHOLE_ARRAY) {
  size_t size = count < 0 ? static_cast<size_t>(ArraySize(from) - start) : static_cast<size_t>(count);
  size_t room = ShimRoom(size);
  return static_cast<uint>(room == 0 ? 0 : std::fwrite(from.items().data() + start, 1, room, ShimFiles().at(handle)));
}
