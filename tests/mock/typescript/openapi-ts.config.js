export default { input: 'openapi.json', output: { module: { extension: '.js' }, path: 'client' } };
