extension Seed {
    /// A seed of the user's own files and what options add to them.
    ///
    /// The instance-id follows from the content, unless the meta-data has one. The user-data is not touched: host name
    /// and keys go to the meta-data.
    ///
    /// - Parameters:
    ///   - metaData: The user's own; what options add must not be in it already.
    ///   - publicKeys: For the image's default user, as OpenSSH writes them.
    ///   - mode: `local` or `net`; nil leaves it to cloud-init.
    /// - Throws: ``CloudImagesError`` with code `badSeed` when options and meta-data do not go together.
    public static func composed(
        userData: String? = nil,
        metaData: String? = nil,
        networkConfig: String? = nil,
        vendorData: String? = nil,
        hostname: String? = nil,
        publicKeys: [String] = [],
        mode: String? = nil,
    ) throws(CloudImagesError) -> Seed {
        let userData = userData ?? "#cloud-config\n{}\n"
        let texts = [userData, metaData, vendorData, networkConfig, hostname, mode].map { $0 ?? "" } + publicKeys
        let instanceID = MetaData.instanceID(of: texts)
        let meta =
            if let metaData {
                try MetaData.merged(
                    into: metaData,
                    instanceID: instanceID,
                    hostname: hostname,
                    publicKeys: publicKeys,
                    mode: mode,
                )
            } else {
                MetaData(instanceID: instanceID, hostname: hostname, publicKeys: publicKeys, mode: mode).text
            }
        return Seed(userData: userData, metaData: meta, networkConfig: networkConfig, vendorData: vendorData)
    }
}
