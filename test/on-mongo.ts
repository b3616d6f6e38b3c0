/** Set up before each test file that runs on MongoDB: `startTestHub` and the demo then take the one that MONGO_URL names. */
process.env['TEST_STORE'] = 'mongo'
