import CPlatform
package import SystemPackage

extension FileDescriptor {
    /// Goes to the file's first byte that has space on the disk.
    ///
    /// - Returns: Whether something without space was skipped; false also where the file system does not tell.
    package func skipHole() -> Bool { cplatform_seek_data(rawValue) > 0 }
}
