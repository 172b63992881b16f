/// The header of a qcow2 image, field by field, with its extensions.
///
/// Source: the format's specification, `docs/interop/qcow2.txt` of QEMU; the limits are QEMU's own.
struct QCOW2Header: Equatable {
    static let magic: UInt32 = 0x5146_49FB

    /// A header extension as it is stored.
    struct Extension: Hashable {
        static let backingFormat: UInt32 = 0xE279_2ACA
        static let dataFile: UInt32 = 0x4441_5441
        static let bitmaps: UInt32 = 0x2385_2875
        static let featureNames: UInt32 = 0x6803_F857

        let type: UInt32
        let data: [UInt8]
    }

    /// The bits of the incompatible features.
    enum Incompatible {
        static let dirty: UInt64 = 1 << 0
        static let corrupt: UInt64 = 1 << 1
        static let dataFile: UInt64 = 1 << 2
        static let compression: UInt64 = 1 << 3
        static let extendedL2: UInt64 = 1 << 4
        static let known: UInt64 = 0b11111
    }

    let version: UInt32
    let clusterBits: UInt32
    let size: UInt64
    let encryption: UInt32
    /// The entries of the first-level table in use, of which each stands for one cluster of second-level entries.
    let firstLevelEntries: UInt32
    let firstLevelOffset: UInt64
    let snapshotCount: UInt32
    let snapshotsOffset: UInt64
    let incompatible: UInt64
    let compatible: UInt64
    let autoclear: UInt64
    let referenceCountOrder: UInt32
    let length: UInt32
    let compressionType: UInt8
    let extensions: [Extension]
    let backingFile: String?

    var clusterSize: UInt64 { 1 << UInt64(clusterBits) }

    func data(of type: UInt32) -> [UInt8]? {
        extensions.first { $0.type == type }?.data
    }

    func text(of type: UInt32) -> String? {
        data(of: type).map { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

extension QCOW2Header {
    private static let shortLength = 72
    private static let fullLength = 104
    /// QEMU's limit for the name of the base.
    private static let longestBackingFile = 1023

    /// Reads and checks the header; every length and place is checked before it is used.
    init(reading disk: borrowing some DiskBytes & ~Copyable) throws(DiskImageError) {
        guard disk.count >= UInt64(Self.shortLength) else {
            throw disk.damage("too short for a qcow2 image: \(disk.count) bytes")
        }
        let available = Int(min(disk.count, UInt64(Self.fullLength + 8)))
        var reader = BigEndianReader(try disk.read(at: 0, count: available))
        func next<Value: FixedWidthInteger & UnsignedInteger>(_ type: Value.Type) throws(DiskImageError) -> Value {
            guard let value = reader.integer(type) else { throw disk.damage("the qcow2 header is cut short") }
            return value
        }
        guard try next(UInt32.self) == Self.magic else { throw disk.damage("not a qcow2 image") }
        version = try next(UInt32.self)
        guard version == 2 || version == 3 else {
            throw disk.damage("qcow2 version \(version); versions 2 and 3 are known")
        }
        let backingOffset = try next(UInt64.self)
        let backingLength = try next(UInt32.self)
        clusterBits = try next(UInt32.self)
        guard (9...21).contains(clusterBits) else {
            throw disk.damage("its cluster size is 2^\(clusterBits) bytes; 512 bytes to 2 MiB are possible")
        }
        size = try next(UInt64.self)
        guard size <= UInt64(Int64.max) else { throw disk.damage("its disk size of \(size) bytes is impossible") }
        encryption = try next(UInt32.self)
        guard encryption <= 2 else { throw disk.damage("its encryption method \(encryption) is unknown") }
        firstLevelEntries = try next(UInt32.self)
        firstLevelOffset = try next(UInt64.self)
        _ = try next(UInt64.self)  // place of the table of reference counts
        _ = try next(UInt32.self)  // its clusters
        snapshotCount = try next(UInt32.self)
        snapshotsOffset = try next(UInt64.self)
        if version == 2 {
            (incompatible, compatible, autoclear) = (0, 0, 0)
            referenceCountOrder = 4
            length = UInt32(Self.shortLength)
            compressionType = 0
        } else {
            incompatible = try next(UInt64.self)
            compatible = try next(UInt64.self)
            autoclear = try next(UInt64.self)
            referenceCountOrder = try next(UInt32.self)
            length = try next(UInt32.self)
            let hasCompressionType = length > UInt32(Self.fullLength)
            compressionType = hasCompressionType ? try next(UInt8.self) : 0
        }
        guard referenceCountOrder <= 6 else {
            throw disk.damage("its reference counts have 2^\(referenceCountOrder) bits; 64 bits are the most")
        }
        guard version == 2 || length >= Self.fullLength, UInt64(length) <= 1 << UInt64(clusterBits) else {
            throw disk.damage("its header claims a length of \(length) bytes")
        }
        let clusterSize = UInt64(1) << UInt64(clusterBits)
        var extensionsEnd = clusterSize
        if backingOffset != 0 {
            guard backingLength <= Self.longestBackingFile, backingOffset <= clusterSize,
                UInt64(backingLength) <= clusterSize - backingOffset
            else { throw disk.damage("the name of its base (\(backingLength) bytes at \(backingOffset)) is misplaced") }
            guard backingOffset >= UInt64(length) else {
                throw disk.damage("the name of its base lies inside the header, at \(backingOffset)")
            }
            try disk.checkRange(at: backingOffset, count: UInt64(backingLength), of: "name of its base")
            let name = try disk.read(at: backingOffset, count: Int(backingLength))
            backingFile = String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
            extensionsEnd = backingOffset
        } else {
            backingFile = nil
        }
        extensions = try Self.extensions(of: disk, from: UInt64(length), to: min(extensionsEnd, disk.count))
        try checkFeatures(of: disk)
    }

    private static func extensions(
        of disk: borrowing some DiskBytes & ~Copyable,
        from start: UInt64,
        to end: UInt64,
    ) throws(DiskImageError) -> [Extension] {
        guard start < end else { return [] }
        var reader = BigEndianReader(try disk.read(at: start, count: Int(end - start)))
        var extensions: [Extension] = []
        // At 8 bytes and more each, a cluster of 2 MiB holds at most 262144.
        while let type = reader.integer(UInt32.self), let length = reader.integer(UInt32.self), type != 0 {
            guard let data = reader.take(Int(length)) else {
                throw disk.damage("a header extension of \(length) bytes reaches beyond the header")
            }
            extensions.append(Extension(type: type, data: Array(data)))
            reader.align(to: 8)
        }
        return extensions
    }

    private func checkFeatures(of disk: borrowing some DiskBytes & ~Copyable) throws(DiskImageError) {
        let unknown = incompatible & ~Incompatible.known
        guard unknown == 0 else {
            let names = (0..<64).filter { unknown >> $0 & 1 == 1 }.map(featureName)
            throw disk.damage("needs a newer program: it uses \(names.joined(separator: ", "))")
        }
        guard compressionType <= 1, (compressionType != 0) == (incompatible & Incompatible.compression != 0) else {
            throw disk.damage("its compression type \(compressionType) is unknown")
        }
        guard incompatible & Incompatible.extendedL2 == 0 || clusterBits >= 14 else {
            throw disk.damage("it divides clusters of \(clusterSize) bytes; that needs 16 KiB and more")
        }
    }

    /// The name that the image itself gives to an incompatible feature.
    private func featureName(_ bit: Int) -> String {
        var reader = BigEndianReader(data(of: Extension.featureNames) ?? [])
        while let kind = reader.integer(UInt8.self), let number = reader.integer(UInt8.self),
            let name = reader.text(46)
        {
            if kind == 0, Int(number) == bit { return "the feature \"\(name)\"" }
        }
        return "the unknown feature \(bit)"
    }
}
