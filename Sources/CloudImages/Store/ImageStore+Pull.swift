import DiskImages
public import HostSupport
import LibC
import Quantities
import SystemPackage

/// The result of a pull.
public struct PulledImage: Sendable {
    /// Where the image came from.
    public enum Source: String, Sendable, Hashable {
        /// It was downloaded now.
        case downloaded
        /// It was already in the store, and the vendor's list says that it is the newest.
        case current
        /// It was already in the store, and the vendor could not be reached.
        case offline
    }

    /// The image as it is in the store now.
    public let image: Image
    /// How the image came to be here.
    public let source: Source
    /// Why the signature on the vendor's list was not checked; nil if it was verified.
    public let signatureGap: String?
}

extension ImageStore {
    /// Downloads an image unless the newest one is in the store, verifies it against the vendor's digest and stores it.
    ///
    /// If several processes need the same image at the same time, one downloads it and the others wait. An interrupted
    /// download is resumed.
    /// - Parameters:
    ///   - entry: Where the image is, from an ``ImageCatalog``.
    ///   - patience: How long to wait for another process that is downloading the same image.
    /// - Throws: ``CloudImagesError`` with code `downloadFailed`, `badDigest`, `badSignature`, `badImage` or
    ///   `cannotWrite`; `DeadlineExceeded` if another process did not finish; `FileFailure`.
    public func pull(
        _ entry: CatalogEntry,
        policy: DownloadPolicy = .usual,
        patience: Duration = .seconds(3600),
        progress: @escaping ProgressHandler = { _ in },
    ) async throws -> PulledImage {
        let downloads = path.appending(".downloads")
        try Directory.create(downloads)
        let lockFile = downloads.appending("\(entry.fileName).lock")
        let lock: FileLock
        if let free = try FileLock.take(lockFile) {
            lock = free
        } else {
            let holder = FileLock.holder(of: lockFile).map { "process \($0)" } ?? "another process"
            progress(ProgressUpdate("waiting for \(holder), which is downloading the same image"))
            lock = try await FileLock.acquire(lockFile, within: patience)
        }
        let pulled = try await Pull(
            store: self,
            entry: entry,
            policy: policy,
            downloads: downloads,
            progress: progress,
        ).run()
        // Held until here: the lock goes with the value.
        _ = consume lock
        return pulled
    }
}

/// One pull, by a process that holds the image's lock.
private struct Pull {
    let store: ImageStore
    let entry: CatalogEntry
    let policy: DownloadPolicy
    let downloads: FilePath
    let progress: ProgressHandler

    private var here: Image? {
        store.list().first { $0.name == entry.name && $0.architecture == entry.architecture }
    }

    func run() async throws -> PulledImage {
        let digest: ImageDigest
        let signatureGap: String?
        do {
            (digest, signatureGap) = try await promisedDigest()
        } catch let error as CloudImagesError where error.code == .downloadFailed {
            guard let here, here.source == entry.url else { throw error }
            progress(ProgressUpdate("cannot check for a newer version (\(error))"))
            return PulledImage(image: here, source: .offline, signatureGap: nil)
        }
        if let here, here.digest == digest.description, (try? store.image(reference)) != nil {
            return PulledImage(image: here, source: .current, signatureGap: signatureGap)
        }
        let part = downloads.appending("\(digest.hexadecimal.prefix(32)).part")
        try await download(to: part, expecting: digest)
        let image = try await adopt(part, digest: digest)
        return PulledImage(image: image, source: .downloaded, signatureGap: signatureGap)
    }

    private var reference: ImageReference {
        get throws { try ImageReference("\(entry.name):\(entry.architecture.rawValue)") }
    }

    /// The digest in the vendor's list, whose signature is verified if possible.
    private func promisedDigest() async throws -> (ImageDigest, signatureGap: String?) {
        let scratch = downloads.appending("list-\(getpid())-\(UInt32.random(in: 0 ... .max))")
        try Directory.create(scratch)
        return try await withCleanup {
            progress(ProgressUpdate("read \(entry.digestsURL)"))
            var list = try await Download(url: entry.digestsURL, policy: policy).text(scratch: scratch)
            var signatureGap: String?
            switch entry.signature {
            case .none:
                signatureGap = "its vendor does not sign the list of digests"
            case .inline:
                (list, signatureGap) = try await checked(list, signature: nil, scratch: scratch)
            case .detached(let url):
                let file = scratch.appending("signature")
                try await Download(url: url, policy: policy, mostBytes: 1 << 20).run(into: file)
                let signature = try WholeFile.read(file)
                (list, signatureGap) = try await checked(list, signature: signature, scratch: scratch)
            }
            guard let digest = DigestList.digest(of: entry.fileName, in: list) else {
                throw CloudImagesError(
                    .badDigest,
                    "\(entry.digestsURL): has no digest for \(entry.fileName), so it cannot be verified; "
                        + "the vendor may have moved it: see \(entry.url)",
                )
            }
            return (digest, signatureGap)
        } cleanup: {
            try? Directory.removeTree(scratch)
        }
    }

    private func checked(
        _ list: String,
        signature: [UInt8]?,
        scratch: FilePath,
    ) async throws -> (list: String, gap: String?) {
        let (finding, text) = try await ListSignature(entry: entry, scratch: scratch).check(list, signature: signature)
        switch finding {
        case .good: return (text, nil)
        case .notChecked(let reason): return (text, reason)
        }
    }

    /// Downloads the disk and checks it; a partial download that does not match is discarded, and downloaded once more.
    private func download(to part: FilePath, expecting digest: ImageDigest) async throws {
        let wasResumed = ((try? DiskFile(part).count) ?? 0) > 0
        try await Download(url: entry.url, policy: policy, progress: progress).run(into: part)
        progress(ProgressUpdate("check the digest of \(entry.fileName)"))
        let actual = try await ImageDigest.compute(digest.algorithm, of: part)
        guard actual != digest.hexadecimal else { return }
        try Directory.removeTree(part)
        guard !wasResumed else {
            progress(ProgressUpdate("the partial download of \(entry.fileName) does not match, downloading it again"))
            try await download(to: part, expecting: digest)
            return
        }
        throw CloudImagesError(
            .badDigest,
            "\(entry.url): the download has the digest \(digest.algorithm.rawValue):\(actual.prefix(16))…, but the vendor's "
                + "list says \(digest.hexadecimal.prefix(16))…; it was discarded. Try again later: the vendor may be "
                + "updating the image, or a proxy may be modifying files",
        )
    }

    private func adopt(_ part: FilePath, digest: ImageDigest) async throws -> Image {
        let facts: DiskFacts
        do {
            facts = try DiskFacts.read(part)
            try facts.checkBootable()
        } catch {
            try? Directory.removeTree(part)
            throw CloudImagesError(error, subject: "\(entry.url)")
        }
        let staging = try store.makeStaging()
        do {
            let disk = staging.appending("disk.\(facts.format.rawValue)")
            try await BlockingCalls.run { try Self.settle(part, as: disk) }
            let image = Image(
                name: entry.name,
                architecture: entry.architecture,
                disk: disk,
                format: facts.format,
                defaultUser: entry.defaultUser,
                source: entry.url,
                digest: digest.description,
                created: Int64(time(nil)),
            )
            return try store.adopt(image, staging: staging)
        } catch {
            try? Directory.removeTree(staging)
            throw error
        }
    }

    /// Makes sure that the bytes are on the disk before the file gets its name.
    private static func settle(_ part: FilePath, as disk: FilePath) throws {
        do {
            let file = try FileDescriptor.open(part, .readWrite, options: .closeOnExec)
            try file.closeAfter {
                try file.synchronize()
            }
            guard rename(part.string, disk.string) == 0 else { throw Errno(rawValue: errno) }
        } catch {
            throw FileFailure("write", disk, error as? Errno ?? .ioError)
        }
    }
}
